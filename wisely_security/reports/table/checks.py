"""``manage.py check``: what is forgotten of a column, and where it goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from wisely_security.ledger.models import Event

from ..declaration import reports
from .cells import Cell
from .columns import Phone, ReportTable, Shown

OF_THE_TABLE = frozenset({"tenant_id", "tx"})


@register(Tags.models)
def columns_are_complete(**_: Any) -> list[CheckMessage]:
    return [fault for report in reports for fault in faults(report.model, report.table)]


def faults(model: type[Event], table: type[ReportTable]) -> Iterator[CheckMessage]:
    fields = {field.attname for field in model._meta.concrete_fields}
    columns = table.columns_of()
    here = f"{table.__module__}.{table.__qualname__}"
    for column in columns:
        for name in {column.cell.field, column.filter.field_name if column.filter else column.cell.field} - fields:
            yield Error(
                f"{here}.{column.name} is of {name!r}, which {model._meta.label} does not have.",
                hint="Give the column stored=Stored(field=…, about=…), which is the field of its events.",
                id="reports.E001",
            )
        if column.stored and not column.stored.field.has_db_default():
            yield Error(
                f"The field of {here}.{column.name} has no db_default.",
                hint="Give it one: a plain value, which events of before have. It never changes.",
                id="reports.E002",
            )
    if columns[-1].cell != Cell("id"):
        yield Error(
            f"The last column of {here} is not the ID of the event.",
            hint=f"Put {columns[-1].name} before event_id: downloads with proof find an event by the end of its row.",
            id="reports.E005",
        )
    on_page = table.columns_of(Shown.ON_PAGE)
    for place in (Phone.WHO, Phone.STATUS, Phone.WHEN):
        if [column.phone for column in on_page].count(place) != 1:
            yield Error(
                f"A row of {here} on a phone needs exactly one column as Phone.{place.name}.",
                hint=f"Give Phone.{place.name} to one of the columns on the page.",
                id="reports.E004",
            )
    shown = {column.cell.field for column in columns} | {
        column.filter.field_name for column in columns if column.filter is not None
    }
    for name in sorted(fields - shown - table.beside_columns - OF_THE_TABLE):
        yield Error(
            f"{model._meta.label}.{name} is in no column: neither page nor download shows it.",
            hint=f"Add its ReportColumn to {here}, or name it in beside_columns there.",
            id="reports.E003",
        )
