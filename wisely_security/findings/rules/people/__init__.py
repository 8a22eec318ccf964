"""Rules about where, when and with what people sign in.

Each file is one rule with its cases."""
