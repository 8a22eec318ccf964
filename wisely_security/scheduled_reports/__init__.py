"""Saved views of both records, and reports of them by e-mail on a schedule (docs/using/scheduled-reports.md).

Imports the workspace, the records and the findings; they know nothing of it. Erasure imports its models.
"""
