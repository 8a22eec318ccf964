"""Killed with -9 at each of its steps, one after the other: no event twice, none lost, no checkpoint that contradicts
another."""

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

from tests.support import records
from tests.support.records import TABLE
from wisely_security.ledger.sealing.logs import outside

from .tampering import as_owner, ids_of, verify

pytestmark = [pytest.mark.long, pytest.mark.servers, pytest.mark.usefixtures("database")]


def test_killed_at_each_step(checkpoint_dir: Path) -> None:
    tenant = records.a_tenant()
    environ = dict(os.environ)
    for variable, alias in (("DATABASE_URL", "default"), ("DATABASE_OWNER_URL", "owner")):
        url = urlsplit(environ[variable])
        environ[variable] = urlunsplit(url._replace(path=f"/{connections[alias].settings_dict['NAME']}"))
    connections.close_all()
    script = "tests.ledger.sealing.logs.kill_at_each_step"
    work = [sys.executable, "-m", script, str(checkpoint_dir), django_settings.SIGNING_KEY, str(tenant), "30"]
    done = subprocess.run(work, env=environ, cwd=django_settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    before = 0
    states = [json.loads(line) for line in done.stdout.splitlines()]
    for sealed, published, findings, _ in states:
        assert findings == []
        assert before <= published <= sealed
        before = published
    assert [killed for *_, killed in states].count(True) > 100
    assert states[-1][0] == states[-1][1] == 20 * len(states)
    query = f"SELECT id FROM {TABLE} WHERE tenant_id = %s ORDER BY tx, id"
    assert ids_of(tenant) == [key for (key,) in as_owner(query, tenant)]
    sizes = [entry.size for entry in outside.entries("login-activity", tenant)]
    assert sizes == sorted(set(sizes))
    assert sizes == [size for (size,) in as_owner("SELECT size FROM ledger_checkpoint ORDER BY size")]
    assert verify()[0]
