"""Tests of wisely_security/ledger/: the event table, what is derived from it, archives and restoring."""
