"""Places: where an address is, by the MMDB files of any publisher; ``locate.py`` is what others need. No database.

Imports none of the rest; login_activity, the workspace (countries) and the demo import its modules.
"""
