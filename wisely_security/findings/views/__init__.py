"""Settings → Security → Findings: the list, one finding and the decision on it, and the rules with their thresholds.

Also what the pages of both records show of findings (``on_records.py``)."""
