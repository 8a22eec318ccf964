from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import ExitStack, redirect_stderr
from datetime import datetime
from pathlib import Path

import pytest
from django.core import mail
from django.test import override_settings
from pytest_django import DjangoDbBlocker, Settings

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from tests.support import databases
from wisely_security.core.request_context import acting_as

from .seeding import EVENTS, KeptDemo, all_events, midnight, seed


@pytest.fixture(autouse=True)
def places(settings: Settings, tmp_path: Path) -> None:
    settings.GEOIP_PATH = str(tmp_path / "places")


@pytest.fixture(scope="session")
def kept_demo(
    template_database: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KeptDemo]:
    """For tests that only read it."""
    name, places = f"test_wisely_{os.getpid()}_demo", str(tmp_path_factory.mktemp("demo"))
    with ExitStack() as stack:
        with django_db_blocker.unblock():
            stack.enter_context(databases.kept_database(name))
            with (
                databases.using_database(name),
                override_settings(GEOIP_PATH=places),
                redirect_stderr(_Terminal()) as errors,
            ):
                until = midnight()
                output = seed(events=EVENTS)
        yield KeptDemo(name, until, output, errors.getvalue(), len(mail.outbox))
        with django_db_blocker.unblock():
            stack.close()


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def until(kept_demo: KeptDemo) -> datetime:
    return kept_demo.until


@pytest.fixture
def reading(kept_demo: KeptDemo, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A demo that is there already, and is only read."""
    with django_db_blocker.unblock(), databases.using_database(kept_demo.database):
        yield


@pytest.fixture
def changing(kept_demo: KeptDemo, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A demo that is there already, of one's own."""
    name = f"test_wisely_{os.getpid()}_changing"
    with django_db_blocker.unblock(), databases.kept_database(name, kept_demo.database), databases.using_database(name):
        yield


@pytest.fixture
def demo(reading: None) -> list[LoginEvent]:
    return all_events()


@pytest.fixture
def trail(reading: None) -> list[AuditEvent]:
    """Everything in the Audit Trail, oldest first."""
    with acting_as(support=True):
        return list(AuditEvent.objects.order_by("id"))
