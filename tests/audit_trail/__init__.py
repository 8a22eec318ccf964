"""Tests of audit_trail/: what it records (capture/), what it shows (page/), what is declared."""
