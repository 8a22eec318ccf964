"""Killed with -9 at each step: nothing is lost, and the next run continues."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings as django_settings
from django.db import connections

from tests.support.cast import Cast
from tests.support.records import a_tenant

from ..history import LOGINS, OLD, YOUNG, archives, name_of, recorded_departures, rows_of, run, sign_ins
from ..test_limits import limit

pytestmark = [pytest.mark.long, pytest.mark.servers]

TWELVE = ("archive_events", "--older-than", "12")
State = tuple[int, int, list[str], bool]


def kill(archive_dir: Path, *command: str) -> list[State]:
    """The states after each kill, and after the run that was not killed."""
    environ = dict(os.environ)
    for variable, alias in (("DATABASE_URL", "default"), ("DATABASE_OWNER_URL", "owner")):
        url = urlsplit(environ[variable])
        environ[variable] = urlunsplit(url._replace(path=f"/{connections[alias].settings_dict['NAME']}"))
    connections.close_all()
    work = [
        sys.executable,
        "-m",
        "tests.ledger.archive.killed.kill_at_each_step",
        str(archive_dir),
        f"{OLD:%Y_%m}",
        *command,
    ]
    done = subprocess.run(work, env=environ, cwd=django_settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    states: list[State] = [json.loads(line) for line in done.stdout.splitlines()]
    assert states[-1][3] is False
    assert len(states) > 20
    return states


def test_archiving(archive_dir: Path, people: Cast) -> None:
    for month in (OLD, YOUNG):
        sign_ins(month, [people.acme.pk])
    before = rows_of(LOGINS, OLD)
    for of_month, others, whole, _ in kill(archive_dir, *TWELVE):
        assert (of_month, whole) in [(3, []), (0, [name_of(OLD)])]
        assert others == 3
    assert sorted(path.name for path in archive_dir.iterdir()) == [f"{name_of(OLD)}.parquet"]
    assert len(recorded_departures(people.acme.pk)) == 1
    run("restore_archive", name_of(OLD))
    assert rows_of(LOGINS, OLD) == before


def test_restoring_and_dropping(archive_dir: Path) -> None:
    sign_ins(OLD, [a_tenant()])
    before = rows_of(LOGINS, OLD)
    run(*TWELVE)
    name = name_of(OLD)
    for of_month, _, whole, killed in kill(archive_dir, "restore_archive", name):
        assert of_month in (0, 3)
        assert whole == [name]
        if not killed:
            assert rows_of(LOGINS, OLD) == before
    for of_month, _, whole, killed in kill(archive_dir, "drop_restored", name):
        assert of_month in ((0, 3) if killed else (0,))
        assert whole == [name]


def test_erasing(archive_dir: Path, people: Cast) -> None:
    limit(people.acme, 12)
    sign_ins(OLD, [people.acme.pk, people.globex.pk])
    for of_month, _, _, _ in kill(archive_dir, "archive_events"):
        assert of_month in (6, 3)
    assert len(recorded_departures(people.acme.pk)) == 1
    assert archives() == {}
