"""Statements on the application's connection, and the events of a record."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Model

from audit_trail.models import AuditEvent
from wisely_security.core.request_context import acting_as


def run(sql: str, *params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return cursor.fetchall() if cursor.description else []


def events_of(record: Model, **conditions: Any) -> list[AuditEvent]:
    with acting_as(support=True):
        return list(AuditEvent.objects.filter(resource_id=record.pk, **conditions).order_by("id"))
