"""Downloads with their proof: ``../verify_bundle.py``, which checks them, says what is in one."""
