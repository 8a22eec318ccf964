"""Which columns of a record's page a person sees. Kept in the session, as their time zone is, until they sign out: what
they hide, so that a column added later is shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from .columns import ReportColumn

KEY = "hidden_columns"  # in the session: names, by the key of the report


def _hidden(session: Any, report: str) -> list[str]:
    return list(session.get(KEY, {}).get(report, []))


def shown(session: Any, report: str, columns: Sequence[ReportColumn]) -> list[ReportColumn]:
    """A name that is of no column any more hides nothing."""
    hidden = _hidden(session, report)
    return [column for column in columns if column.stays or column.name not in hidden]


def offered(columns: Sequence[ReportColumn]) -> list[ReportColumn]:
    return [column for column in columns if not column.stays]


def choose(session: Any, report: str, columns: Sequence[ReportColumn], names: Collection[str]) -> None:
    """Of those that are offered, show these."""
    hidden = [column.name for column in offered(columns) if column.name not in names]
    session[KEY] = {**session.get(KEY, {}), report: hidden}
