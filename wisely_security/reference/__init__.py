"""What docs/reference/generated.md is written from: the registries, and two lists that the code doesn’t explain.

Imports everything; only ``manage.py write_reference`` and its test import it.
"""
