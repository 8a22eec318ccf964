"""Tenants, users, roles, permissions, sessions, signing in, and the menu: who there is, and what they may do.

Imports core and database; everything above may import it. A subject a file, but for what Django wants in folders.
"""
