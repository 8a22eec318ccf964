"""Tests of wisely_security/core/: what every request gets and is refused, text, addresses, static files."""
