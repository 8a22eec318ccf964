"""Local times in SQL, computed from Python's time zone database: PostgreSQL's own may be of another year.

A statement receives the offsets of the reader's zone within the period as literals. A period in which no clock changes
has one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from django.utils import timezone
from psycopg2 import sql

from .periods import Period

STEP = timedelta(days=5)  # no zone has changed its offset and changed it back in so short a time
FARTHEST = timedelta(days=36_525)  # ahead of now: events are of the past, but a zone's rule may hold for all time
SECOND = timedelta(seconds=1)


class Span(NamedTuple):
    """An offset from UTC, and the moment from which it holds, up to the next one's."""

    start: datetime
    offset: timedelta


def spans(period: Period) -> list[Span]:
    """The offsets of a period in its zone, in order."""
    moment, end = period.start, min(period.end, timezone.now().replace(microsecond=0) + FARTHEST)
    found = [Span(moment, _offset(moment, period.zone))]
    while moment < end:
        following = min(moment + STEP, end)
        if _offset(following, period.zone) == found[-1].offset:
            moment = following
        else:
            moment = _change(moment, following, period.zone)
            found.append(Span(moment, _offset(moment, period.zone)))
    return found


def _change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The first second between two moments at which the offset is another."""
    old = _offset(before, zone)
    while after - before > SECOND:
        middle = before + (after - before) // SECOND // 2 * SECOND
        before, after = (middle, after) if _offset(middle, zone) == old else (before, middle)
    return after


def _offset(moment: datetime, zone: tzinfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def local_time(column: str, period: Period) -> sql.Composable:
    """ISO 8601 with milliseconds and offset, as Python writes it: 2026-11-22T19:26:41.123+05:30."""
    return _by_moment(sql.Identifier(column), spans(period))


def _by_moment(column: sql.Composable, spans: Sequence[Span]) -> sql.Composable:
    """Halved until one offset is left, so that a period of decades costs a few comparisons for each event."""
    if len(spans) == 1:
        offset = spans[0].offset
        return sql.SQL("to_char({} AT TIME ZONE {}::interval, 'YYYY-MM-DD\"T\"HH24:MI:SS.MS') || {}").format(
            column, sql.Literal(f"{offset // SECOND} seconds"), sql.Literal(offset_text(offset))
        )
    middle = len(spans) // 2
    return sql.SQL("CASE WHEN {} < {} THEN {} ELSE {} END").format(
        column,
        sql.Literal(spans[middle].start),
        _by_moment(column, spans[:middle]),
        _by_moment(column, spans[middle:]),
    )


def offset_text(offset: timedelta) -> str:
    """+05:30; with seconds where it has some, as in Liberia until 1972: -00:44:30."""
    sign = "-" if offset < timedelta() else "+"
    minutes, seconds = divmod(abs(offset) // SECOND, 60)
    text = f"{sign}{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text
