"""PostgreSQL as the project uses it: the backend that sets the session context, roles and rights, replica, safeguards.

Imports core alone; everything above may import it. Flat, a subject a file: Django loads base.py from this very folder.
"""
