from __future__ import annotations

import django_tables2 as tables
from psycopg2 import sql

from wisely_security.reports.columns import ReportColumn, TimeColumn, labelled

from ..vocabulary import ActorKind, Status
from . import labels
from .changes_sql import CHANGES


def _module() -> sql.Composable:
    return labelled("module", labels.module_choices())


def _sub_module() -> sql.Composable:
    return labelled("sub_module", labels.sub_module_choices())


def _action() -> sql.Composable:
    return labelled("action", labels.action_choices())


class AuditTrailTable(tables.Table):
    """The columns of the Audit Trail, in order; ``csv_only`` ones are in the download alone."""

    actor = ReportColumn("Actioned By", csv="actor_name")
    module = ReportColumn("Module", csv=_module)
    sub_module = ReportColumn("Sub-module", csv=_sub_module)
    action = ReportColumn("Action", csv=_action)
    occurred_at = TimeColumn("Date & Time", column="occurred_at")
    resource = ReportColumn("Resource Reference", csv="resource_name")
    status = ReportColumn("Status", csv=labelled("status", Status.choices))
    reason = ReportColumn("Reason", csv="reason", csv_only=True)
    reason_code = ReportColumn("Reason Code", csv="reason_code", csv_only=True)
    changes = ReportColumn("Changes", csv=CHANGES, csv_only=True)
    actor_kind = ReportColumn("Actor Kind", csv=labelled("actor_kind", ActorKind.choices), csv_only=True)
    email = ReportColumn("Actor E-mail", csv="actor_email", csv_only=True)
    actor_id = ReportColumn("Actor ID", csv="actor_id", csv_only=True)
    ip = ReportColumn("IP Address", csv="host(ip)", csv_only=True)
    resource_type = ReportColumn("Resource Type", csv="resource_type", csv_only=True)
    resource_id = ReportColumn("Resource ID", csv="resource_id", csv_only=True)
    request_id = ReportColumn("Request ID", csv="request_id", csv_only=True)
    event_id = ReportColumn("Event ID", csv="id", csv_only=True)
