"""Checkpoints kept outside of the database: whether logs still agree with them, and go on after a restore."""
