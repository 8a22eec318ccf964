"""The chart above a record and the totals beside it, from the rollup.

Imports filtering and ledger; reports' views and the two records may import it.
"""
