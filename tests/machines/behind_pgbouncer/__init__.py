"""Tests from elsewhere once more, through PgBouncer: each transaction on a connection of its own to the server."""
