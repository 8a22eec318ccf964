from __future__ import annotations

import django_tables2 as tables

from wisely_security.reports import sessions
from wisely_security.reports.cells import Address, Cell, Label, Member, Prefixed, Presence, Rest
from wisely_security.reports.columns import ReportColumn, TimeColumn

from ..vocabulary import Action, Reason, Status

NONE = ("", "")  # what most events have for a reason


class LoginActivityTable(tables.Table):
    """The columns of Login Activity, in order; ``csv_only`` ones are in the download alone."""

    name = ReportColumn("Name", Cell("user_name"))
    occurred_at = TimeColumn("Date & Time", "occurred_at")
    ip = ReportColumn("IP Address", Address("ip"))
    device = ReportColumn("Device Type", Cell("device"))
    place = ReportColumn("Geo Location", Cell("place"))
    status = ReportColumn("Status", Label("status", Status.choices))
    action = ReportColumn("Action", Label("action", Action.choices))
    reason = ReportColumn("Reason", Label("reason", [NONE, *Reason.choices]), csv_only=True)
    email = ReportColumn("E-mail", Cell("user_email"), csv_only=True)
    known = ReportColumn("User Known", Presence("user_id"), csv_only=True)
    acted_by = ReportColumn("Done By", Cell("acted_by"), csv_only=True)
    browser = ReportColumn("Browser", Cell("browser"), csv_only=True)
    system = ReportColumn("System", Cell("system"), csv_only=True)
    country = ReportColumn("Country Code", Cell("country"), csv_only=True)
    user_agent = ReportColumn("User Agent", Cell("user_agent"), csv_only=True)
    area = ReportColumn("Area", Member("detail", "area"), csv_only=True)
    details = ReportColumn("Details", Rest("detail", ["area"]), csv_only=True)
    session = ReportColumn("Session", Prefixed("session", sessions.PREFIX), csv_only=True)
    request_id = ReportColumn("Request ID", Cell("request_id"), csv_only=True)
    event_id = ReportColumn("Event ID", Cell("id"), csv_only=True)
