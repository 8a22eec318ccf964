"""The filters of a record: periods, local time, choices, people, the search box, and their form widgets.

Imports ledger's search; the rest of reports and the two records may import it.
"""
