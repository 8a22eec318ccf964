from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.db import connection, connections, transaction
from pytest_django import DjangoDbBlocker

from wisely_security.database.replication.alias_override import override_default
from wisely_security.database.safeguards.checks import safeguards_stand

Faults = Callable[..., list[CheckMessage]]


@pytest.fixture
def faults(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Faults:
    """``faults(statement, …)``: the faults after the owner's statements, which are then rolled back."""

    def find(*statements: str) -> list[CheckMessage]:
        with django_db_blocker.unblock(), rolled_back("owner"):
            return found_after(*statements)

    return find


@pytest.fixture
def faults_of_roles(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Faults]:
    """The same of statements that only a superuser may run."""
    if not os.environ.get("TESTS_HAVE_SERVERS_IN"):
        pytest.skip("needs the embedded server, whose superuser is at hand")
    owner: Any = connections["owner"]
    superuser = owner.copy("superuser")
    superuser.settings_dict = owner.settings_dict | {"USER": "postgres"}
    connections["superuser"] = superuser

    def find(*statements: str) -> list[CheckMessage]:
        with django_db_blocker.unblock(), rolled_back("superuser"):
            return found_after(*statements)

    yield find
    superuser.close()
    del connections["superuser"]


@contextmanager
def rolled_back(alias: str) -> Iterator[None]:
    with override_default(alias), transaction.atomic():
        yield
        transaction.set_rollback(True)


def found_after(*statements: str) -> list[CheckMessage]:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    return list(safeguards_stand())
