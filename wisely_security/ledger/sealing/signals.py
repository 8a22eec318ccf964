"""What becomes of logs. Sent inside the transaction in which it happens, so neither is without the other.

log_continued: record (the app label of its table), log (``logs.contradictions.Contradiction``, as it was), reason.
"""

from django.dispatch import Signal

log_continued = Signal()
