"""Moving a family of tenants from one cell to another: ``manage.py move_tenant`` (docs/operating/cells.md).

Imports everything but erasure, the demo and devserver; nothing imports it.
"""
