"""The rows of a page as HTML, by Jinja: a cell is a macro of its column's name, or else the text of the column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from django.template import engines
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from markupsafe import Markup

from ..columns import ReportColumn

COMMON = "parts.jinja"


class Row(SimpleNamespace):
    """An event as the macros show it, at a time in the reader's zone, and what the record adds (``Report.rows``).

    ``link(**parameters)``: to the page with other filters. ``mark``: the finding that it belongs to. ``notes``: that
    there are some, in words. ``more``: how many of its group follow; ``is_cut``, ``ends_group``: groups.py.
    """

    def __init__(self, *, event: Any, **values: Any) -> None:
        local = timezone.localtime(event.occurred_at)
        super().__init__(
            event=event,
            iso=event.occurred_at.isoformat(),
            moment=f"{local:%A, %-d %B %Y, %H:%M:%S %z}",
            day=f"{local:%-d %b %Y}",
            time=f"{local:%H:%M:%S}",
            more=0,
            is_cut=False,
            ends_group=False,
            **values,
        )


def rendered(template: str, columns: Sequence[ReportColumn], rows: Sequence[Row]) -> SafeString:
    """``template``: the macros that are the record's own."""
    engine: Any = engines["jinja2"]
    own, common = (engine.env.get_template(name).module for name in (template, COMMON))
    cells = [
        _cell(column, getattr(own, column.name, None) or getattr(common, column.name, common.text))
        for column in columns
    ]
    for row in rows:
        row.cells = Markup("\n").join([cell(row) for cell in cells])
    context = {"rows": rows, "width": len(columns) + 1}  # with the one that opens a row
    return mark_safe(render_to_string("table.jinja", context, using="jinja2"))  # noqa: S308  # nosec


def _cell(column: ReportColumn, macro: Callable[..., Markup]) -> Callable[[Row], Markup]:
    """Called from here: from a template, each call of a function takes longer than the function."""
    text, beside, same = column.cell.text, column.beside, column.same_as
    phone, filtered = column.phone.value, column.filter is not None

    def cell(row: Row) -> Markup:
        event = row.event
        url = row.link(**same(event)) if filtered else ""
        return macro(row, phone, text(event), beside(event) if beside else "", url)

    return cell
