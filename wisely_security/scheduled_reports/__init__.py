"""Saved views of both records, and reports of them that go out by e-mail on a schedule (docs/scheduled-reports.md).

Imports the workspace, the records and the findings; they know nothing of it. Erasure imports its models.
"""
