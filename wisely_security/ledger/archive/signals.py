"""What becomes of events. Sent inside the transaction in which they leave, so neither happens without the other.

events_left: record (the app label of their table), month (its first day), tenants ({tenant id: how many events}),
    rule (why, as a sentence), archive (its name; "": they are erased).
"""

from django.dispatch import Signal

events_left = Signal()
