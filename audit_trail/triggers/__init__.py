"""The triggers that record changes: generated from the registry, installed by migrate, checked at start-up.

Imports the registry and the ledger. Migrations, checks and commands import it.
"""
