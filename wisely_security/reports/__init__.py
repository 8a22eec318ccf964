"""A record as people read it: its table, filters, pages, events, chart and downloads, and support’s view of it.

Imports what is below it (ledger, tenancy, …); the two records and workspace may import it. A subject a file.
"""
