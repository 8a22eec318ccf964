"""Rules about what people do once they are in.

Each file is one rule with its cases."""
