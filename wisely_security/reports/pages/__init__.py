"""Reading a page of events: keyset pagination, the time limit, and groups of events of one request.

Imports filtering and ledger; reports' views and the two records may import it.
"""
