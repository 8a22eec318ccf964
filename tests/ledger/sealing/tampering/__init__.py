"""The table of docs/operating/integrity.md: what somebody could do to a record, and what prevents or finds it."""
