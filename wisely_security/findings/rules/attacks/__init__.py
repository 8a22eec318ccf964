"""Rules about guesses at passwords, and what came of them.

Each file is one rule with its cases."""
