"""The event table of any record: append-only, isolated, in monthly partitions; what is derived from events; archives.

Imports core, database and tenancy; reports, the two records and workspace may import it. A subject a file.
"""
