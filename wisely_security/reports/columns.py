"""A report's columns, declared once as a django-tables2 table: the page's header and the downloads follow from it."""

from __future__ import annotations

import secrets
from typing import Any

import django_tables2 as tables
from django.db import connection
from psycopg2 import sql

from .cells import Cell, Moment
from .filtering.local_time import local_time
from .filtering.periods import Period

# The end of a row as COPY sends it: a word as its last column, that no text holds by chance or by intent, and a line
# feed. A line feed alone may be text.
_LAST_WORD = secrets.token_hex(8)
ROW_END = f",{_LAST_WORD}\n".encode()


class ReportColumn(tables.Column):
    """A column of the page and of the downloads. ``csv_only``: not on the page."""

    def __init__(self, label: str, cell: Cell, *, csv_only: bool = False) -> None:
        super().__init__(verbose_name=label, orderable=False, visible=not csv_only)
        self.label = label
        self.cell = cell

    def as_text(self, during: Period) -> sql.Composable:
        """For a CSV file. ``during``: the period of the download."""
        return self.cell.expression

    def as_cell(self, during: Period) -> sql.Composable:
        """For a cell of a spreadsheet: the same text."""
        return sql.SQL("({})::text").format(self.as_text(during))


class TimeColumn(ReportColumn):
    """A time, in the reader's zone: text with its offset, or a moment from which a spreadsheet gets a date."""

    def __init__(self, label: str, field: str) -> None:
        super().__init__(label, Moment(field))

    def as_text(self, during: Period) -> sql.Composable:
        return local_time(self.cell.field, during)

    def as_cell(self, during: Period) -> sql.Composable:
        return sql.Identifier(self.cell.field)


def csv_columns(table: type[tables.Table]) -> list[ReportColumn]:
    return list(table.base_columns.values())


def header(table: type[tables.Table]) -> list[str]:
    return [column.label for column in csv_columns(table)]


def rules(table: type[tables.Table]) -> list[dict[str, Any]]:
    """How each cell of a CSV is written from a sealed event, for the manifest of a bundle."""
    return [{"heading": column.label, **column.cell.rule} for column in csv_columns(table)]


def copy_statement(table: type[tables.Table], queryset: Any, during: Period) -> str:
    """COPY of the queryset's rows in the table's columns, newest first, each ended by ROW_END."""
    columns = [*(column.as_text(during) for column in csv_columns(table)), sql.Literal(_LAST_WORD)]
    with connection.cursor() as cursor:
        select = _select(columns, queryset, cursor.cursor)
        return str(sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(select).as_string(cursor.cursor))


def cells_statement(table: type[tables.Table], queryset: Any, during: Period) -> str:
    """SELECT of the same rows in the same columns, as cells."""
    with connection.cursor() as cursor:
        select = _select([column.as_cell(during) for column in csv_columns(table)], queryset, cursor.cursor)
        return str(select.as_string(cursor.cursor))


def values_of(table: type[tables.Table], queryset: Any, during: Period) -> list[str | None]:
    """The values of one event, as they are written in a CSV."""
    with connection.cursor() as cursor:
        texts: list[sql.Composable] = [
            sql.SQL("({})::text").format(column.as_text(during)) for column in csv_columns(table)
        ]
        cursor.execute(_select(texts, queryset, cursor.cursor).as_string(cursor.cursor))
        return list(cursor.fetchone())


def _select(columns: list[sql.Composable], queryset: Any, cursor: Any) -> sql.Composable:
    """Rows are selected and ordered inside, formatted outside: an expression beside ORDER BY can cost the index its
    order."""
    inner, params = queryset.order_by("-id").values(*_event_columns(queryset.model)).query.sql_with_params()
    return sql.SQL("SELECT {} FROM ({}) AS event").format(
        sql.SQL(", ").join(columns), sql.SQL(cursor.mogrify(inner, params).decode())
    )


def _event_columns(model: Any) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]
