"""Devices: identified from the User-Agent string and Client Hints. Others import ``identify.py``. No database.

Imports none of the rest; login_activity and the demo import its modules.
"""
