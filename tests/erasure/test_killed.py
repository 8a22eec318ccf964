"""Killed with -9 in the middle, again and again: the same command goes on, and in the end all is as it should be."""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings as django_settings
from django.db import connections

from audit_trail.models import AuditEvent
from tests.ledger.sealing.logs.tampering import verify
from tests.support.cast import Cast
from wisely_security.core.request_context import acting_as
from wisely_security.erasure.models import ErasureRequest

from .life import EMAIL, MARKER, PHONE, busy, invited, places_with, sealed

pytestmark = [pytest.mark.long, pytest.mark.servers]


def test_killed_again_and_again(committed_cast: Cast) -> None:
    busy(committed_cast, invited(committed_cast))
    sealed()
    environ = dict(os.environ)
    for variable, alias in (("DATABASE_URL", "default"), ("DATABASE_OWNER_URL", "owner")):
        url = urlsplit(environ[variable])
        environ[variable] = urlunsplit(url._replace(path=f"/{connections[alias].settings_dict['NAME']}"))
    connections.close_all()
    folders = [str(django_settings.CHECKPOINT_DIR), str(django_settings.ARCHIVE_DIR)]
    person = ["--tenant", "acme", "--email", EMAIL, "--also", PHONE, "--reference", "Ticket 4711", "--confirm", EMAIL]
    work = [sys.executable, "-m", "tests.erasure.kill_at_each_step", *folders, "erase_person", *person]
    done = subprocess.run(work, env=environ, cwd=django_settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    tries, status = map(int, done.stdout.split())
    assert status == 0
    assert tries > 5
    sealed()
    assert places_with(MARKER) == []
    untouched, printed = verify()
    assert untouched, printed
    with acting_as(support=True):
        assert [each.state for each in ErasureRequest.objects.all()] == ["Erased"]
        recorded = AuditEvent.objects.filter(module="records", action="erase_person")
        assert recorded.count() > 2  # a batch each
