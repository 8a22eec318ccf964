"""Monthly partitions of the event tables: made ahead, and missed loudly when they are not."""

from __future__ import annotations

from datetime import date

from django.apps import apps
from django.db import connections

from .models import Event


def event_tables() -> list[str]:
    return [model._meta.db_table for model in apps.get_models() if issubclass(model, Event)]


def add_months(day: date, months: int) -> date:
    """The first day of the month that is ``months`` after the day's month."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, 1)


def create(first: date, last: date) -> list[str]:
    """Create what is missing between two months, as the owner. Returns the names of the new partitions."""
    with connections["owner"].cursor() as cursor:
        created: list[str] = []
        for table in event_tables():
            cursor.execute("SELECT ledger_create_partitions(%s::regclass, %s, %s)", [table, first, last])
            created += [name for (name,) in cursor.fetchall()]
    return created


def missing(month: date, using: str = "default") -> list[str]:
    """The partitions of this month that do not exist."""
    names = [f"{table}_{month:%Y_%m}" for table in event_tables()]
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT name FROM unnest(%s) AS name WHERE to_regclass(name) IS NULL", [names])
        return [name for (name,) in cursor.fetchall()]
