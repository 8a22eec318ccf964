"""The monthly partitions of event tables: creating, checking, locking, migrating and loading them.

Imports ledger's models; the rest of ledger and all above it may import it.
"""
