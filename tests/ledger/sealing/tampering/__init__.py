"""The table of docs/integrity.md: what somebody could do to a record, and what prevents or finds it."""
