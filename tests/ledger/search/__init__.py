"""Free text and filters without an index: exact results, whatever is committed when."""
