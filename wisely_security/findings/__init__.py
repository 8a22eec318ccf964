"""Findings: what is unusual in both records, found by rules off the write path. Settings → Security → Findings.

Imports both records; nothing imports it (``reports/extensions/unusual.py`` is how their pages show findings)."""
