"""Devices: what a User-Agent string and Client Hints say of them; ``identify.py`` is what others need. No database.

Imports none of the rest; login_activity and the demo import its modules.
"""
