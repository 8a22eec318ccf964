"""Settings → Security → Integrity: how far a tenant's records are sealed and what their verification found.

Imports both records and the workspace; nothing imports it."""
