"""What docs/reference.md is written from: the registries, and two lists that the code itself does not explain.

Imports everything; only ``manage.py write_reference`` and its test import it.
"""
