"""Tables that grow with events (``declared.table(live=True)``) are copied while everybody works.

First all rows, in batches by their keys; meanwhile, and until the family has left, triggers note the key of each row
that is written or deleted (``watching``), in the transaction that does it. What is noted is copied again, as often as
it takes. So nothing has to be known of who changes such a table, and when: a row is as it was copied, or it is noted.
"""
