"""Tests of the outbox: who is notified, each exactly once, and the outcome in the record."""
