"""The strip above the rows of a record: today against the usual, and who, where and why most often.

Imports filtering, the chart's bars and ledger; reports' views and the two records may import it.
"""
