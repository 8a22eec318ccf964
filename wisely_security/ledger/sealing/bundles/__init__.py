"""Downloads with their proof: ``../verify_bundle.py``, which checks them, says what is in one.

Imports leaves, merkle and notes; what reads sealed events for them is in ``../logs``."""
