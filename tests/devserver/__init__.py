"""Tests of wisely_security/devserver/: ``serve`` and the embedded PostgreSQL, as real processes."""
