"""A report's columns. One declaration each, in a django-tables2 table: the page, an event's details, the downloads, the
filters, support's list and the reference follow from it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

import django_filters
import django_tables2 as tables
from django.db import connection
from psycopg2 import sql

from ..filtering.local_time import local_time
from ..filtering.periods import Period
from .cells import Cell, Moment

if TYPE_CHECKING:
    from .stored import Stored

# The end of a row as COPY sends it: a word as its last column, that no text holds by chance or by intent, and a line
# feed. A line feed alone may be text.
_LAST_WORD = secrets.token_hex(8)
ROW_END = f",{_LAST_WORD}\n".encode()

Fact = tuple[str, Any]  # label and value


class Shown(StrEnum):
    """Where a column is seen. The downloads have them all."""

    ON_PAGE = "page and downloads"
    IN_DOWNLOADS = "downloads"


class Phone(StrEnum):
    """Where a column is in the two lines that a row is on a phone: the class of its cell (rows_phone.css)."""

    WHO = "phone-who"  # begins the first line
    STATUS = "phone-status"  # ends it; a reason ends the second
    WHEN = "phone-when"  # begins the second line
    WHAT = "phone-what"
    REST = "phone-rest"  # shares what room is left in the second line
    IF_NO_REASON = "phone-if-no-reason"  # the same, but a reason matters more
    DETAILS = "phone-details"  # is in the details alone


class Section(StrEnum):
    """Of an event's details, in this order."""

    WHAT = "What happened"
    WHO = "Who"
    WHERE = "From where"
    REFERENCE = "For reference"


class ReportColumn(tables.Column):
    """``cell``: what it holds. ``shown``: on the page too, or in the downloads alone.

    ``section``: where the details of an event have it; none: nowhere. ``facts``: what they show, where that is not the
    cell's text alone. ``beside``: something smaller that the page shows beside the text. ``filter``: what people choose
    of it; without a field of its own it compares the cell's. ``terms``: what it is called in the search box, besides
    its name. ``phone``: its place in a row there. ``stays``: nobody can hide it. ``stored``: of a column that is added
    to a record, the field of its events (stored.py). What else the page makes of a cell is a macro of its name, in the
    record's file in ``templates/rows``. Whatever is forgotten is a system check (checks.py).
    """

    name: str  # that of the attribute of its table

    def __init__(
        self,
        label: str,
        cell: Cell,
        *,
        shown: Shown = Shown.ON_PAGE,
        section: Section | None = None,
        facts: Callable[[Any], Iterable[Fact]] | None = None,
        beside: Callable[[Any], str] | None = None,
        filter: django_filters.Filter | None = None,  # noqa: A002
        terms: Sequence[str] = (),
        phone: Phone = Phone.REST,
        stays: bool = False,
        stored: Stored | None = None,
    ) -> None:
        super().__init__(verbose_name=label, orderable=False, visible=shown is Shown.ON_PAGE)
        self.label = label
        self.cell = cell
        self.shown = shown
        self.section = section
        self.facts = facts or (lambda event: [(label, cell.text(event))])
        self.beside = beside
        self.filter = filter
        self.terms = terms
        self.phone = phone
        self.stays = stays
        self.stored = stored
        if filter is not None and filter.field_name is None:
            filter.field_name = cell.field

    def same_as(self, event: Any) -> dict[str, str]:
        """The filter by the value of an event."""
        return {self.name: getattr(event, self.filter.field_name)} if self.filter else {}

    def as_text(self, during: Period) -> sql.Composable:
        """For a CSV file. ``during``: the period of the download."""
        return self.cell.expression

    def as_cell(self, during: Period) -> sql.Composable:
        """For a cell of a spreadsheet: the same text."""
        return sql.SQL("({})::text").format(self.as_text(during))


class TimeColumn(ReportColumn):
    """A time, in the reader's zone: text with its offset, or a moment from which a spreadsheet gets a date."""

    def __init__(self, label: str, field: str, **options: Any) -> None:
        cell = Moment(field)
        super().__init__(
            label, cell, facts=lambda event: [("Exact time", cell.text(event))], phone=Phone.WHEN, stays=True, **options
        )

    def as_text(self, during: Period) -> sql.Composable:
        return local_time(self.cell.field, during)

    def as_cell(self, during: Period) -> sql.Composable:
        return sql.Identifier(self.cell.field)


class ReportTable(tables.Table):
    """The columns of a record, in order. ``beside_columns``: fields of its events that no column is of by itself."""

    beside_columns: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name, column in cls.base_columns.items():
            column.name = name

    @classmethod
    def columns_of(cls, shown: Shown | None = None) -> list[ReportColumn]:
        """Those shown there; all of them by default."""
        return [column for column in cls.base_columns.values() if shown in {None, column.shown}]

    @classmethod
    def filters(cls) -> dict[str, django_filters.Filter]:
        """By name."""
        return {column.name: column.filter for column in cls.columns_of() if column.filter is not None}

    @classmethod
    def terms(cls) -> dict[str, str]:
        """Of the search box, with the filters that they are of."""
        named = {name: (name.replace("_", "-"), *cls.base_columns[name].terms) for name in cls.filters()}
        return {term: name for name, terms in named.items() for term in terms}

    @classmethod
    def facts(cls, event: Any) -> list[tuple[str, list[Fact]]]:
        """The details of an event, by section."""
        found: dict[Section, list[Fact]] = {section: [] for section in Section}
        for column in cls.columns_of():
            if column.section:
                found[column.section] += column.facts(event)
        return [(section.value, facts) for section, facts in found.items() if facts]


def header(table: type[ReportTable]) -> list[str]:
    return [column.label for column in table.columns_of()]


def rules(table: type[ReportTable]) -> list[dict[str, Any]]:
    """How each cell of a CSV is written from a sealed event, for the manifest of a bundle."""
    return [{"heading": column.label, **column.cell.rule} for column in table.columns_of()]


def copy_statement(table: type[ReportTable], queryset: Any, during: Period) -> str:
    """COPY of the queryset's rows in the table's columns, newest first, each ended by ROW_END."""
    columns = [*(column.as_text(during) for column in table.columns_of()), sql.Literal(_LAST_WORD)]
    with connection.cursor() as cursor:
        select = _select(columns, queryset, cursor.cursor)
        return str(sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(select).as_string(cursor.cursor))


def cells_statement(table: type[ReportTable], queryset: Any, during: Period) -> str:
    """SELECT of the same rows in the same columns, as cells."""
    with connection.cursor() as cursor:
        select = _select([column.as_cell(during) for column in table.columns_of()], queryset, cursor.cursor)
        return str(select.as_string(cursor.cursor))


def values_of(table: type[ReportTable], queryset: Any, during: Period) -> list[str | None]:
    """The values of one event, as they are written in a CSV."""
    with connection.cursor() as cursor:
        texts: list[sql.Composable] = [
            sql.SQL("({})::text").format(column.as_text(during)) for column in table.columns_of()
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
