"""A record as people read it: periods, filters, keyset pages, the page, the chart, downloads, and support's view of it.

Imports what is below it (ledger, tenancy, …); the two records and workspace may import it. A subject a file.
"""
