"""Witnesses: the program ``witness.py``, the site that sends to it, and both as processes."""
