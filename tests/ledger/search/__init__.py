"""Free text and filters that no index leads to: found exactly, whatever is committed when."""
