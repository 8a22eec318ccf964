from __future__ import annotations

import django_tables2 as tables

from wisely_security.reports import sessions
from wisely_security.reports.cells import Address, Cell, Changes, Label, Prefixed
from wisely_security.reports.columns import ReportColumn, TimeColumn

from ..vocabulary import ActorKind, Status
from . import labels
from .changes_sql import CHANGES


class AuditTrailTable(tables.Table):
    """The columns of the Audit Trail, in order; ``csv_only`` ones are in the download alone."""

    actor = ReportColumn("Actioned By", Cell("actor_name"))
    module = ReportColumn("Module", Label("module", labels.module_choices))
    sub_module = ReportColumn("Sub-module", Label("sub_module", labels.sub_module_choices))
    action = ReportColumn("Action", Label("action", labels.action_choices))
    occurred_at = TimeColumn("Date & Time", "occurred_at")
    resource = ReportColumn("Resource Reference", Cell("resource_name"))
    status = ReportColumn("Status", Label("status", Status.choices))
    reason = ReportColumn("Reason", Cell("reason"), csv_only=True)
    reason_code = ReportColumn("Reason Code", Cell("reason_code"), csv_only=True)
    changes = ReportColumn("Changes", Changes("changes", CHANGES), csv_only=True)
    actor_kind = ReportColumn("Actor Kind", Label("actor_kind", ActorKind.choices), csv_only=True)
    email = ReportColumn("Actor E-mail", Cell("actor_email"), csv_only=True)
    actor_id = ReportColumn("Actor ID", Cell("actor_id"), csv_only=True)
    ip = ReportColumn("IP Address", Address("ip"), csv_only=True)
    resource_type = ReportColumn("Resource Type", Cell("resource_type"), csv_only=True)
    resource_id = ReportColumn("Resource ID", Cell("resource_id"), csv_only=True)
    session = ReportColumn("Session", Prefixed("session", sessions.PREFIX), csv_only=True)
    request_id = ReportColumn("Request ID", Cell("request_id"), csv_only=True)
    event_id = ReportColumn("Event ID", Cell("id"), csv_only=True)
