"""Months that leave the database: retention, archives as files, and restoring them.

Imports ledger's models, months and sealing; workspace may import it.
"""
