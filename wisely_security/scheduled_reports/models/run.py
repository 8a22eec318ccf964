from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models

from wisely_security.workspace.records.record import Record

from .saved_view import OfRecord
from .schedule import Format, ScheduledReport

VALID_FOR = timedelta(days=7)


class ReportRun(Record):
    """One run. What it reports is frozen here, so that its link shows the same whenever it is opened.

    ``due_at``: the moment of the schedule, or when somebody ran it. ``parameters``: the view's, with the days of the
    period in place of "Last month"; days are those of ``time_zone``. ``summary``: of a summary, what its page shows
    (``runs/summary.py``). ``expires_at``: until when the link works.
    """

    report = models.ForeignKey(ScheduledReport, on_delete=models.CASCADE, related_name="runs")
    due_at = models.DateTimeField()
    title = models.CharField(max_length=100)
    record = models.CharField(max_length=20, choices=OfRecord)
    format = models.CharField(max_length=10, choices=Format)
    parameters = ArrayField(models.TextField())
    time_zone = models.CharField(max_length=50)
    summary = models.JSONField(null=True)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "report", "due_at"], name="report_run_once")]

    def __str__(self) -> str:
        return self.title
