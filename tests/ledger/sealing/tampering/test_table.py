"""Each line of the table is true."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import Error, connection, connections, transaction
from django.test import override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from tests.ledger.sealing.logs.tampering import verify
from tests.support.cast import Cast
from wisely_security.core.request_context import acting_as
from wisely_security.database.replication.alias_override import override_default
from wisely_security.ledger.sealing.verifying.run import protection_faults

from . import app_role, archives, events, logs, outside, schema, superuser, table
from .attack import Attack, Found, FoundOutside, NotFound, Refused, Statements, Who
from .scene import Scene, copy, template

ATTACKS = [
    *app_role.attacks,
    *events.attacks,
    *logs.attacks,
    *schema.attacks,
    *superuser.attacks,
    *outside.files,
    *archives.attacks,
    *outside.key,
]


def those(*outcomes: type, by_statements: bool) -> list[Any]:
    return [
        pytest.param(each, id=each.what)
        for each in ATTACKS
        if isinstance(each.outcome, outcomes) and isinstance(each.do, Statements) is by_statements
    ]


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tampering") / "checkpoints"


@pytest.fixture(scope="module")
def original(everybody: Cast, checkpoints: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    with django_db_blocker.unblock(), template(everybody, checkpoints) as scene:
        yield scene


@pytest.fixture
def scene(original: Scene, checkpoints: Path, tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """Of one test's own."""
    with django_db_blocker.unblock(), copy(original, checkpoints, tmp_path / "checkpoints", "own") as its:
        yield its


@pytest.fixture(scope="module")
def kept(
    original: Scene, checkpoints: Path, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[Scene]:
    """For tests that take back what they do."""
    folder = tmp_path_factory.mktemp("kept") / "checkpoints"
    with django_db_blocker.unblock(), copy(original, checkpoints, folder, "kept") as its:
        yield its


def test_before_the_attacks_there_is_nothing_to_find(scene: Scene) -> None:
    untouched, printed = verify()
    assert untouched, printed


@pytest.mark.parametrize("attack", those(Refused, by_statements=True))
def test_prevented(kept: Scene, attack: Attack) -> None:
    assert isinstance(attack.outcome, Refused) and isinstance(attack.do, Statements)
    alias = "default" if attack.do.as_app else "owner"
    for sql in attack.do.sql:
        with (
            pytest.raises(Error, match=attack.outcome.error),
            acting_as(tenant_id=kept.tenant),
            transaction.atomic(using=alias),
            connections[alias].cursor() as cursor,
        ):
            cursor.execute(sql)


@pytest.mark.parametrize("attack", those(Found, NotFound, by_statements=True))
def test_found_by_checks(kept: Scene, attack: Attack) -> None:
    """Those that ``verify`` runs. The statements are rolled back."""
    assert isinstance(attack.do, Statements)
    alias = "superuser" if attack.who is Who.SUPERUSER else "owner"
    with having(alias), override_default(alias), transaction.atomic():
        with connection.cursor() as cursor:
            for sql in attack.do.sql:
                cursor.execute(sql.replace("PARTITION_OF_EVENTS", kept.partition))
        found = "\n".join(protection_faults())
        transaction.set_rollback(True)
    if isinstance(attack.outcome, Found):
        assert f"({attack.outcome.text})" in found
    else:
        assert not found


@pytest.mark.parametrize("attack", those(Found, FoundOutside, NotFound, by_statements=False))
def test_found_by_verify(scene: Scene, attack: Attack) -> None:
    if attack.who is Who.SUPERUSER:
        needs_embedded_server()
    act(attack, scene)
    with time_machine.travel(timezone.now() + sum(scene.later, timedelta(0))):
        untouched, printed = verify()
        if isinstance(attack.outcome, Found):
            assert not untouched
            for text in (attack.outcome.text, *attack.outcome.also):
                assert text in printed
            return
        assert untouched, printed
        if isinstance(attack.outcome, FoundOutside):
            with override_settings(CHECKPOINT_DIR=scene.copied_files):
                untouched, printed = verify()
            assert not untouched
            assert attack.outcome.text in printed


def test_the_document_has_this_table() -> None:
    assert table.in_document() == table.document(), "python -m tests.ledger.sealing.tampering.table writes it"


def act(attack: Attack, scene: Scene) -> None:
    assert not isinstance(attack.do, Statements)
    attack.do(scene)


def needs_embedded_server() -> None:
    if not os.environ.get("TESTS_HAVE_SERVERS_IN"):
        pytest.skip("needs the embedded server, whose superuser is at hand")


@contextmanager
def having(alias: str) -> Iterator[None]:
    """A connection of that name: of the superuser, only inside the block."""
    if alias != "superuser":
        yield
        return
    needs_embedded_server()
    owner: Any = connections["owner"]
    connections[alias] = owner.copy(alias)
    connections[alias].settings_dict = owner.settings_dict | {"USER": "postgres"}
    try:
        yield
    finally:
        connections[alias].close()
        del connections[alias]
