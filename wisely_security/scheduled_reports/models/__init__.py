"""Saved views, scheduled reports, and their runs."""

from .run import ReportRun
from .saved_view import OfRecord, SavedView
from .schedule import Format, Frequency, Outcome, ReportRecipient, ScheduledReport, Weekday

__all__ = [
    "Format",
    "Frequency",
    "OfRecord",
    "Outcome",
    "ReportRecipient",
    "ReportRun",
    "SavedView",
    "ScheduledReport",
    "Weekday",
]
