from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from wisely_security.database.fields import OneLineField
from wisely_security.database.keys import key_field
from wisely_security.tenancy.models import Tenant, User
from wisely_security.workspace.records.record import CurrentTenant, Record

from .saved_view import SavedView


class Format(models.TextChoices):
    CSV = "csv", "CSV"
    XLSX = "xlsx", "Excel"
    SUMMARY = "summary", "Summary"


class Frequency(models.TextChoices):
    DAILY = "daily", "Every day"
    WEEKLY = "weekly", "Every week"
    MONTHLY = "monthly", "Every month"


class Weekday(models.IntegerChoices):
    """As ``date.isoweekday()`` counts."""

    MONDAY = 1, "Monday"
    TUESDAY = 2, "Tuesday"
    WEDNESDAY = 3, "Wednesday"
    THURSDAY = 4, "Thursday"
    FRIDAY = 5, "Friday"
    SATURDAY = 6, "Saturday"
    SUNDAY = 7, "Sunday"


TIMES = [(f"{hour:02}:00", f"{hour:02}:00") for hour in range(24)]


class Outcome(models.TextChoices):
    SENT = "sent", "Sent"
    PARTLY_SENT = "partly_sent", "Not sent to everybody"
    NOT_SENT = "not_sent", "Could not be sent"
    NOBODY_LEFT = "nobody_left", "Nobody left who may receive it"
    INVALID_VIEW = "invalid_view", "Its view is no longer valid"
    FAILED = "failed", "Failed"


class ScheduledReport(Record):
    """A saved view that goes to some people of the tenant, regularly.

    ``weekday``: of a weekly report. ``day``: of a monthly one; where a month has no such day, its last. ``at``: in
    the company's time zone. ``next_run_at``: None while it is paused. The last three: what became of the last run.
    """

    name = OneLineField(max_length=100)
    view = models.ForeignKey(SavedView, on_delete=models.PROTECT, related_name="reports")
    format = models.CharField("sent as", max_length=10, choices=Format, default=Format.SUMMARY)
    frequency = models.CharField("how often", max_length=10, choices=Frequency, default=Frequency.WEEKLY)
    weekday = models.PositiveSmallIntegerField(choices=Weekday, default=Weekday.MONDAY)
    day = models.PositiveSmallIntegerField(
        "day of the month", default=1, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    at = models.CharField("time", max_length=5, choices=TIMES, default="07:00")
    recipients = models.ManyToManyField(User, through="ReportRecipient", related_name="scheduled_reports")
    is_active = models.BooleanField("active", default=True, editable=False)
    next_run_at = models.DateTimeField(null=True, editable=False)
    last_run_at = models.DateTimeField(null=True, editable=False)
    last_outcome = models.CharField(max_length=20, choices=Outcome, blank=True, editable=False)
    last_reason = models.TextField(blank=True, editable=False)

    class Meta:
        ordering = ["name__in_order"]
        verbose_name = "scheduled report"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"],
                name="scheduled_report_name_unique",
                violation_error_message="A scheduled report with this name already exists.",
            )
        ]
        indexes = [models.Index(fields=["next_run_at"], name="scheduled_report_due")]

    def __str__(self) -> str:
        return self.name


class ReportRecipient(models.Model):
    """A person of the tenant who receives a report, as long as they may download the record."""

    id = key_field()
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_default=CurrentTenant())
    report = models.ForeignKey(ScheduledReport, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "report", "user"], name="report_recipient_once")]

    def __str__(self) -> str:
        return f"{self.user} receives {self.report}"
