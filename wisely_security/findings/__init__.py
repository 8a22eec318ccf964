"""Findings: what is unusual in both records, found by rules off the write path. Settings → Security → Findings.

Imports both records; nothing imports it (``reports/unusual.py`` is how their pages show findings)."""
