"""The columns of the Audit Trail, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wisely_security.reports.extensions import sessions
from wisely_security.reports.filtering.many import many_filter
from wisely_security.reports.table.cells import Address, Cell, Changes, Label, Prefixed
from wisely_security.reports.table.columns import Fact, Phone, ReportColumn, ReportTable, Section, Shown, TimeColumn

from ..vocabulary import ActorKind, Code, Status
from . import diffs, labels
from .changes_sql import CHANGES

if TYPE_CHECKING:
    from ..models import AuditEvent


def _actor_kind(event: AuditEvent) -> str:
    """Where it is not what the name says already."""
    return "" if event.actor_kind in {ActorKind.PERSON, ActorKind.SYSTEM} else ActorKind.say(event.actor_kind)


def _reason(event: AuditEvent) -> list[Fact]:
    return [("Reason", event.reason)] if event.reason_code else []


def _reason_code(event: AuditEvent) -> list[Fact]:
    code = event.reason_code
    return [("Reason Code", f"{Code.say(code)} ({code})")] if code else []


class AuditTrailTable(ReportTable):
    actor = ReportColumn(
        "Actioned By", Cell("actor_name"), section=Section.WHO, beside=_actor_kind, phone=Phone.WHO, stays=True
    )
    module = ReportColumn(
        "Module",
        Label("module", labels.module_choices),
        section=Section.WHAT,
        filter=many_filter("Module", labels.module_choices),
        phone=Phone.DETAILS,
    )
    sub_module = ReportColumn(
        "Sub-module",
        Label("sub_module", labels.sub_module_choices),
        section=Section.WHAT,
        filter=many_filter("Sub-module", labels.sub_modules_by_module),
        phone=Phone.DETAILS,
    )
    action = ReportColumn(
        "Action",
        Label("action", labels.action_choices),
        section=Section.WHAT,
        beside=lambda event: diffs.headline(event.changes),
        filter=many_filter("Action", labels.action_choices),
        phone=Phone.WHAT,
    )
    occurred_at = TimeColumn("Date & Time", "occurred_at", section=Section.REFERENCE)
    resource = ReportColumn("Resource Reference", Cell("resource_name"), section=Section.WHAT)
    status = ReportColumn(
        "Status",
        Label("status", Status.choices),
        section=Section.WHAT,
        beside=lambda event: event.reason,
        filter=many_filter("Status", Status.choices),
        phone=Phone.STATUS,
        stays=True,  # with the marks of findings and notes
    )
    reason = ReportColumn("Reason", Cell("reason"), shown=Shown.IN_DOWNLOADS, section=Section.WHAT, facts=_reason)
    reason_code = ReportColumn(
        "Reason Code", Cell("reason_code"), shown=Shown.IN_DOWNLOADS, section=Section.WHAT, facts=_reason_code
    )
    changes = ReportColumn("Changes", Changes("changes", CHANGES), shown=Shown.IN_DOWNLOADS)
    actor_kind = ReportColumn(
        "Actor Kind", Label("actor_kind", ActorKind.choices), shown=Shown.IN_DOWNLOADS, section=Section.WHO
    )
    email = ReportColumn("Actor E-mail", Cell("actor_email"), shown=Shown.IN_DOWNLOADS, section=Section.WHO)
    actor_id = ReportColumn("Actor ID", Cell("actor_id"), shown=Shown.IN_DOWNLOADS)
    ip = ReportColumn("IP Address", Address("ip"), shown=Shown.IN_DOWNLOADS, section=Section.WHO)
    resource_type = ReportColumn("Resource Type", Cell("resource_type"), shown=Shown.IN_DOWNLOADS)
    resource_id = ReportColumn("Resource ID", Cell("resource_id"), shown=Shown.IN_DOWNLOADS, section=Section.REFERENCE)
    session = ReportColumn(
        "Session", Prefixed("session", sessions.PREFIX), shown=Shown.IN_DOWNLOADS, section=Section.REFERENCE
    )
    request_id = ReportColumn("Request ID", Cell("request_id"), shown=Shown.IN_DOWNLOADS, section=Section.REFERENCE)
    event_id = ReportColumn("Event ID", Cell("id"), shown=Shown.IN_DOWNLOADS, section=Section.REFERENCE)
