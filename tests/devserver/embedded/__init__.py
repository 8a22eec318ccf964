"""The embedded PostgreSQL: real servers in folders of their own, used by real processes."""
