"""Tests of the outbox: who is notified, each exactly once, and what becomes of it in the record."""
