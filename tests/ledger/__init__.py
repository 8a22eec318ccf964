"""Tests of wisely_security/ledger/: the event table, what is derived from it, and how events leave and come back."""
