"""A report's columns, declared once as a django-tables2 table: the page's header and the CSV both follow from it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import Any

import django_tables2 as tables
from django.db import connection
from psycopg2 import sql

# A cell that begins like this is run as a formula by spreadsheets (OWASP: CSV Injection); ＝＋－＠ are their
# full-width twins.
FORMULA_STARTS = "=+-@\t\r\n＝＋－＠"
# The end of a row as COPY sends it: a word as its last column, that no text holds by chance or by intent, and a line
# feed. A line feed alone may be text.
_LAST_WORD = secrets.token_hex(8)
ROW_END = f",{_LAST_WORD}\n".encode()
Expression = str | sql.Composable | Callable[[], sql.Composable]


class ReportColumn(tables.Column):
    """A column of the page and of the CSV.

    ``csv``: an SQL expression over the columns of the event table, or a function that returns one. ``foreign``: its
    text comes from people or machines outside, so a formula in it must be made harmless. ``start``: an expression that
    begins as the text does, where that one is costly. ``csv_only``: not on the page.
    """

    def __init__(
        self, label: str, *, csv: Expression, foreign: bool = False, start: str = "", csv_only: bool = False
    ) -> None:
        super().__init__(verbose_name=label, orderable=False, visible=not csv_only)
        self.label = label
        self.foreign = foreign
        self._csv = csv
        self._start = start

    def as_csv(self) -> sql.Composable:
        said = self._csv() if callable(self._csv) else self._csv
        expression = sql.SQL(said) if isinstance(said, str) else said
        if not self.foreign:
            return expression
        start = sql.SQL(self._start) if self._start else expression
        return sql.SQL("CASE WHEN ascii({start}) IN ({starts}) THEN '''' || {e} ELSE {e} END").format(
            e=expression, start=start, starts=sql.SQL(", ").join(sql.Literal(ord(each)) for each in FORMULA_STARTS)
        )


def labelled(column: str, choices: Iterable[tuple[Any, Any]]) -> sql.Composable:
    """An SQL expression that turns a stored key into the label that people read. They are asked for in this order."""
    whens = [sql.SQL("WHEN {} THEN {}").format(sql.Literal(key), sql.Literal(str(label))) for key, label in choices]
    return sql.SQL("CASE {} {} ELSE {} END").format(
        sql.Identifier(column), sql.SQL(" ").join(whens), sql.Identifier(column)
    )


def moment(column: str) -> sql.Composable:
    """ISO 8601 with milliseconds and the offset of the session's time zone: 2026-11-22T19:26:41.123+05:30."""
    return sql.SQL("to_char({}, 'YYYY-MM-DD\"T\"HH24:MI:SS.MSTZH:TZM')").format(sql.Identifier(column))


def csv_columns(table: type[tables.Table]) -> list[ReportColumn]:
    return list(table.base_columns.values())


def header(table: type[tables.Table]) -> list[str]:
    return [column.label for column in csv_columns(table)]


def copy_statement(table: type[tables.Table], queryset: Any) -> str:
    """COPY of the queryset's rows in the table's columns, newest first, each ended by ROW_END.

    Rows are selected and ordered inside, formatted outside: an expression beside ORDER BY can cost the index its
    order.
    """
    inner, params = queryset.order_by("-id").values(*_event_columns(queryset.model)).query.sql_with_params()
    with connection.cursor() as cursor:
        raw = cursor.cursor
        selected = sql.SQL(raw.mogrify(inner, params).decode())
        return (
            sql.SQL("COPY (SELECT {columns}, {last} FROM ({rows}) AS event) TO STDOUT (FORMAT csv)")
            .format(
                columns=sql.SQL(", ").join(c.as_csv() for c in csv_columns(table)),
                last=sql.Literal(_LAST_WORD),
                rows=selected,
            )
            .as_string(raw)
        )


def _event_columns(model: Any) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]
