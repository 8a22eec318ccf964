from __future__ import annotations

import django_tables2 as tables

from wisely_security.reports.columns import ReportColumn, TimeColumn, labelled

from ..vocabulary import Action, Reason, Status
from . import session_names

NONE = ("", "")  # what most events have for a reason


class LoginActivityTable(tables.Table):
    """The columns of Login Activity, in order; ``csv_only`` ones are in the download alone."""

    name = ReportColumn("Name", csv="user_name")
    occurred_at = TimeColumn("Date & Time", column="occurred_at")
    ip = ReportColumn("IP Address", csv="host(ip)")
    device = ReportColumn("Device Type", csv="device")
    place = ReportColumn("Geo Location", csv="place")
    status = ReportColumn("Status", csv=labelled("status", Status.choices))
    action = ReportColumn("Action", csv=labelled("action", Action.choices))
    reason = ReportColumn("Reason", csv=labelled("reason", [NONE, *Reason.choices]), csv_only=True)
    email = ReportColumn("E-mail", csv="user_email", csv_only=True)
    known = ReportColumn("User Known", csv="CASE WHEN user_id IS NULL THEN 'No' ELSE 'Yes' END", csv_only=True)
    acted_by = ReportColumn("Done By", csv="acted_by", csv_only=True)
    browser = ReportColumn("Browser", csv="browser", csv_only=True)
    system = ReportColumn("System", csv="system", csv_only=True)
    country = ReportColumn("Country Code", csv="country", csv_only=True)
    user_agent = ReportColumn("User Agent", csv="user_agent", csv_only=True)
    area = ReportColumn("Area", csv="detail->>'area'", csv_only=True)
    details = ReportColumn("Details", csv="nullif(nullif(detail, '{}') - 'area', '{}')", csv_only=True)
    session = ReportColumn("Session", csv=session_names.SHOWN, csv_only=True)
    request_id = ReportColumn("Request ID", csv="request_id", csv_only=True)
    event_id = ReportColumn("Event ID", csv="id", csv_only=True)
