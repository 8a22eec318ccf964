"""Tenants, users, roles, permissions, sessions and signing in: who exists, and what they may do.

Imports core and database; everything above may import it.
"""
