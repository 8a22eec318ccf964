"""Which tenant, and which address, lives in which cell (database/cells/)."""
