"""The rows of a page as HTML, by Jinja: a cell is a macro of its column's name, or else the text of the column."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from datetime import date, tzinfo
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from jinja2 import BaseLoader, Template, nodes

from ..table.columns import ReportColumn
from .fragments import environment

COMMON, TABLE = "parts.jinja", "table.jinja"
Value = Callable[["Row"], str]


class Row(SimpleNamespace):
    """An event as the macros show it, at a time in the reader's ``zone``, and what the record adds (``Report.rows``).

    ``link(**parameters)``: to the page with other filters. ``mark``: the finding that it belongs to. ``notes``: that
    there are some, in words. ``more``: how many of its group follow; ``is_cut``, ``ends_group``: groups.py.
    """

    def __init__(self, *, event: Any, zone: tzinfo, **values: Any) -> None:
        local = event.occurred_at.astimezone(zone)
        long, short = _names(local.date())
        iso = local.isoformat(timespec="milliseconds")
        time, offset = iso[11:19], iso[23:].replace(":", "")
        super().__init__(
            event=event,
            iso=iso,
            moment=f"{long}, {time} {offset}",
            day=short,
            time=time,
            more=0,
            is_cut=False,
            ends_group=False,
            **values,
        )


@lru_cache(maxsize=1024)
def _names(day: date) -> tuple[str, str]:
    return f"{day:%A, %-d %B %Y}", f"{day:%-d %b %Y}"


def rendered(template: str, columns: Sequence[ReportColumn], rows: Sequence[Row]) -> SafeString:
    """``template``: the macros that are the record's own."""
    table, given = _table(template, tuple(columns))
    shown = [(row, *[value(row) for value in given]) for row in rows]
    context = {"rows": shown, "width": len(columns) + 1}  # with the one that opens a row
    return mark_safe(table.render(context))  # noqa: S308  # nosec


@lru_cache(maxsize=256)
def _table(template: str, columns: tuple[ReportColumn, ...]) -> tuple[Template, list[Value]]:
    """``table.jinja`` with the bodies of the columns' macros where its block of cells is (calling a macro takes longer
    than most of them), and the values of a row that the loop gives to them."""
    env = environment()
    loader: BaseLoader = env.loader  # type: ignore[assignment]
    common, own, table = (env.parse(loader.get_source(env, name)[0]) for name in (COMMON, template, TABLE))
    macros = {macro.name: macro for each in (common, own) for macro in each.find_all(nodes.Macro)}
    names, values, bodies = ["row"], [], []
    for number, column in enumerate(columns):
        macro = copy.deepcopy(macros.get(column.name, macros["text"]), {id(env): env})  # of which there is one
        of_column, taken = _values(column), [each.name for each in macro.args if each.name != "row"]
        for name in macro.find_all(nodes.Name):
            if name.name in taken:
                name.name += f"_{number}"
        names += [f"{each}_{number}" for each in taken]
        values += [of_column[each] for each in taken]
        bodies += macro.body
    loop = next(table.find_all(nodes.For))
    loop.target = nodes.Tuple([nodes.Name(name, "store") for name in names], "store")
    place = next(number for number, node in enumerate(loop.body) if isinstance(node, nodes.Block))
    loop.body[place : place + 1] = bodies
    table.set_environment(env)
    return env.from_string(table), values


def _values(column: ReportColumn) -> dict[str, Value]:
    """What a macro may take, by the name of its argument."""
    phone, text, beside, same = column.phone.value, column.cell.text, column.beside, column.same_as
    return {
        "phone": lambda row: phone,
        "text": lambda row: text(row.event),
        "beside": lambda row: beside(row.event) if beside else "",
        "url": lambda row: row.link(**same(row.event)) if column.filter else "",
    }
