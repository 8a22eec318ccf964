"""The search box of a record: what is typed, taken apart; its terms as other filters; the events that its words find.

Imports the fields and parameters of filtering; the filter set may import it.
"""
