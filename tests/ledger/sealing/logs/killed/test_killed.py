"""Killed with -9, at each of its steps and at any moment: no event twice, none lost, no checkpoint that contradicts
another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.db import connections

from tests.support import records
from tests.support.records import TABLE
from wisely_security.ledger.sealing.logs.published import outside

from ..tampering import as_owner, ids_of, verify

pytestmark = [pytest.mark.long, pytest.mark.servers, pytest.mark.usefixtures("database")]
KILLS, TRANSACTIONS, SEED = 10, 25, 20261129


def test_killed_at_each_step(checkpoint_dir: Path) -> None:
    tenant = records.a_tenant()
    states = printed_by("kill_at_each_step", checkpoint_dir, tenant, 30)
    before = 0
    for sealed, published, findings, _ in states:
        assert findings == []
        assert before <= published <= sealed
        before = published
    assert [killed for *_, killed in states].count(True) > 100
    assert states[-1][0] == states[-1][1] == 20 * len(states)
    assert_sealed_once(tenant)
    assert verify()[0]


def test_killed_at_any_moment_while_others_write_and_seal(checkpoint_dir: Path) -> None:
    *kills, end = printed_by("kill_under_load", checkpoint_dir, KILLS, TRANSACTIONS, SEED)
    assert [exit_code for exit_code, _ in kills] == [-9] * KILLS
    assert [finding for *_, findings in (*kills, end) for finding in findings] == []
    assert end[:-1] == [0, 0, 0], "writers failed"
    tenants = [tenant for (tenant,) in as_owner(f"SELECT DISTINCT tenant_id FROM {TABLE}")]
    assert tenants
    for tenant in tenants:
        assert_sealed_once(tenant)
    untouched, printed = verify()
    assert untouched, printed
    assert "not yet sealed" not in printed


def printed_by(script: str, folder: Path, *arguments: object) -> list[Any]:
    """The lines of a script beside this file, which has the database of this test."""
    environ = dict(os.environ)
    for variable, alias in (("DATABASE_URL", "default"), ("DATABASE_OWNER_URL", "owner")):
        url = urlsplit(environ[variable])
        environ[variable] = urlunsplit(url._replace(path=f"/{connections[alias].settings_dict['NAME']}"))
    connections.close_all()
    work = [sys.executable, "-m", f"{__package__}.{script}", folder, django_settings.SIGNING_KEY, *arguments]
    done = subprocess.run(
        list(map(str, work)), env=environ, cwd=django_settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def assert_sealed_once(tenant: UUID) -> None:
    """Each event, in the order of transactions; and the file has the checkpoints of the database, each size once."""
    query = f"SELECT id FROM {TABLE} WHERE tenant_id = %s ORDER BY tx, id"
    assert ids_of(tenant) == [key for (key,) in as_owner(query, tenant)]
    published = [(entry.size, entry.root) for entry in outside.entries("login-activity", tenant)]
    assert [size for size, _ in published] == sorted({size for size, _ in published})
    stored = as_owner("SELECT size, root FROM ledger_checkpoint WHERE tenant_id = %s ORDER BY size", tenant)
    assert published == [(size, bytes(root)) for size, root in stored]
