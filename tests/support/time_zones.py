"""The changes of clocks, read from the files of the package tzdata: a second opinion on what the site finds."""

from __future__ import annotations

import struct
from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

HEADER = struct.Struct(">4sc15x6l")  # RFC 8536


def zone_file(name: str) -> bytes:
    return files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()


def changes(name: str, first_year: int, last_year: int) -> list[datetime]:
    """Of a zone, between two years: those in its table, and those that its rule makes after the table's end."""
    begin, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    table, rule = _table_and_rule(zone_file(name))
    found = [at for each in table if begin <= (at := datetime.fromtimestamp(each, UTC)) < end]
    if b"," in rule:  # from when to when clocks are put forward, each year: for months
        zone, day = ZoneInfo(name), found[-1] + timedelta(hours=1)
        while day < end:
            following = day + timedelta(days=28)
            if day.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
                found.append(_between(day, following, zone))
            day = following
    return found


def _table_and_rule(data: bytes) -> tuple[tuple[int, ...], bytes]:
    """Those of the second part of a file, which has 64 bits for each moment."""
    second = HEADER.size + _length(data, 0, 4)
    times = HEADER.unpack_from(data, second)[5]
    end = second + HEADER.size + _length(data, second, 8)
    return struct.unpack_from(f">{times}q", data, second + HEADER.size), data[end:]


def _length(data: bytes, start: int, size: int) -> int:
    _, _, utc, standard, leaps, times, types, letters = HEADER.unpack_from(data, start)
    return int(times * (size + 1) + types * 6 + letters + leaps * (size + 4) + standard + utc)


def _between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    old = before.astimezone(zone).utcoffset()
    quarter = timedelta(minutes=15)
    first = before.replace(minute=0, second=0)
    quarters = range(1, (after - first) // quarter + 2)
    number = bisect_left(quarters, True, key=lambda each: (first + each * quarter).astimezone(zone).utcoffset() != old)
    return first + quarters[number] * quarter
