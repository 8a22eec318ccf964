"""The suite on other days of the calendar: ``python -m tests.days``, which ``make test-days`` calls.

Each day is a run under faketime that shifts the clock of every process by the same offset, PostgreSQL included
(support/clock.py). Left out is what a day cannot change or what libfaketime breaks: see the markers in pyproject.toml.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = ("browser", "office", "large", "servers", "real_clock")
MINUTE = timedelta(minutes=1)
ENVIRONMENT = {
    "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # or whoever waits with a time limit waits forever
    "NO_FAKE_STAT": "1",  # or Python takes what it has compiled for out of date
}


def moments(now: datetime) -> dict[str, datetime]:
    """When each day's run begins: the next one of its kind after ``now``."""
    today = now.date()
    month, new_year = first_of_month(today, 1), date(today.year + 1, 1, 1)
    december = date(today.year + (today.month == 12), 12, 1)
    leap_year = next(year for year in range(today.year + 1, today.year + 10) if year % 4 == 0 and year % 100)
    return {
        "month-end": at(month, -2 * MINUTE),
        "month-start": at(month, 20 * MINUTE),
        "december": at(december, 20 * MINUTE),
        "leap-day": at(date(leap_year, 2, 29), timedelta(hours=12)),
        "new-york-spring": clock_change("America/New_York", now, forward=True),
        "new-york-autumn": clock_change("America/New_York", now, forward=False),
        "london-spring": clock_change("Europe/London", now, forward=True),
        "london-autumn": clock_change("Europe/London", now, forward=False),
        "new-years-eve": at(new_year, -2 * MINUTE),
        "new-years-day": at(new_year, timedelta(hours=12)),
        "last-partition": at(first_of_month(today, 4), -2 * MINUTE),  # of those made ahead: three months
        "sunday": at(next_weekday(today, 7), timedelta(hours=12)),
        "monday": at(next_weekday(today, 1), timedelta(hours=12)),  # the working day before it is three days ago
    }


def at(day: date, later: timedelta) -> datetime:
    return datetime.combine(day, time.min, UTC) + later


def first_of_month(day: date, months: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, 1)


def next_weekday(today: date, number: int) -> date:
    """The first one after today; 1 is a Monday."""
    return today + timedelta(days=1 + (number - 1 - today.isoweekday()) % 7)


def clock_change(zone: str, now: datetime, *, forward: bool) -> datetime:
    """A minute before the clocks of a zone are put forward or back."""
    hour, there = timedelta(hours=1), ZoneInfo(zone)
    moment = now.replace(minute=0, second=0, microsecond=0)
    while True:
        moment += hour
        change = moment.astimezone(there).utcoffset() - (moment - hour).astimezone(there).utcoffset()  # type: ignore[operator]
        if (change > timedelta(0)) if forward else (change < timedelta(0)):
            return moment - MINUTE


def run(faketime: str, moment: datetime, arguments: list[str]) -> bool:
    """Whether the tests passed at a moment."""
    pytest = [sys.executable, "-m", "pytest", "-m", " and ".join(f"not {marker}" for marker in LEFT_OUT)]
    offset = round((moment - datetime.now(UTC)).total_seconds())
    command = [faketime, "-m", "-f", f"{offset:+}s", *pytest, *arguments]
    return not subprocess.run(command, cwd=ROOT, env=os.environ | ENVIRONMENT, check=False).returncode


def main() -> None:
    known = moments(datetime.now(UTC))
    parser = argparse.ArgumentParser("python -m tests.days", allow_abbrev=False)
    parser.add_argument("--day", nargs="+", default=known, help=f"{', '.join(known)}, or 2028-02-29T12:00 (UTC)")
    options, arguments = parser.parse_known_args()
    if not (faketime := shutil.which("faketime")):
        sys.exit("There is no faketime. On Debian and Ubuntu: apt-get install faketime")
    results = []
    for day in options.day:
        moment = known.get(day) or datetime.fromisoformat(day).replace(tzinfo=UTC)
        name = f"{moment:%Y-%m-%d %H:%M}  {day}"
        sys.stdout.write(f"{name}\n")
        sys.stdout.flush()
        results.append((run(faketime, moment, arguments), name))
    for passed, name in results:
        sys.stdout.write(f"{'passed' if passed else 'FAILED'}  {name}\n")
    sys.exit(not all(passed for passed, _ in results))


if __name__ == "__main__":
    main()
