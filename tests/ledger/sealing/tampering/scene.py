"""Where an attack takes place: a database with two tenants whose events are sealed, and checkpoint files outside."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg2
from django.conf import settings
from django.db import connection, connections, transaction
from django.test import override_settings

from tests.ledger.archive.history import OLD, YOUNG, run, sign_ins
from tests.ledger.sealing.logs.tampering import CHANGES, as_owner, ids_of, seal_all, unguarded
from tests.support import databases, records
from tests.support.cast import Cast
from tests.support.records import TABLE
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.models import time_of

NAME = f"{databases.TEMPLATE}_tampering"
KEY = "00" * 21 + "A="
SMALL = 300


@dataclass(frozen=True, slots=True)
class Scene:
    """``ids``: of the tenant's sealed sign-ins, in the order of their log, but for three that are in an archive.
    ``partition``: of all of them. ``size``: of the log. ``later``: how long after the attack somebody verifies."""

    tenant: UUID
    other: UUID
    ids: list[UUID]
    partition: str
    size: int
    later: list[timedelta] = field(default_factory=list)

    @property
    def files(self) -> Path:
        return Path(settings.CHECKPOINT_DIR)

    @property
    def archive(self) -> Path:
        [found] = Path(settings.ARCHIVE_DIR).glob("*.parquet")
        return found

    @property
    def copied_files(self) -> Path:
        """Copied before the attack, and kept elsewhere."""
        return self.files.with_name("elsewhere")

    @property
    def file(self) -> Path:
        """Of the tenant's log of sign-ins."""
        return self.files / "login-activity" / f"{self.tenant}.checkpoints"

    def tamper(self, sql: str, *values: Any) -> None:
        """As the owner, in the partition itself, where policies do not bind him, while its guard is off."""
        unguarded(self.partition, sql.replace("EVENTS", self.partition), *values)

    def seal(self) -> None:
        for table in (TABLE, CHANGES):
            seal_all(table)

    def as_app(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with acting_as(tenant_id=self.tenant), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            return list(cursor.fetchall()) if cursor.description else []

    @contextmanager
    def superuser(self) -> Iterator[Any]:
        """A cursor of the embedded server's superuser."""
        settings = connections["owner"].settings_dict
        with closing(
            psycopg2.connect(os.environ["DATABASE_OWNER_URL"], dbname=settings["NAME"], user="postgres")
        ) as it:
            it.autocommit = True
            with it.cursor() as cursor:
                yield cursor

    def hashes(self, first_index: int = 0) -> bytes:
        query = "SELECT hashes FROM ledger_sealed WHERE (tenant_id, events, first_index) = (%s, %s::regclass, %s)"
        [(found,)] = as_owner(query, self.tenant, TABLE, first_index)
        return bytes(found)


@contextmanager
def template(cast: Cast, folder: Path, size: int = SMALL) -> Iterator[Scene]:
    """A database that copies are made of, with so many events of a tenant, sealed in three windows or more."""
    with databases.kept_database(NAME, databases.WITH_CAST), outside(folder):
        with databases.using_database(NAME):
            scene = _fill(cast, size)
        yield scene


def _fill(cast: Cast, size: int) -> Scene:
    tenant, other = cast.acme.pk, cast.globex.pk
    records.append_many(other, 20)
    for _ in range(3):
        records.append_many(tenant, size // 3)
        seal_all(TABLE)
    seal_all(CHANGES)
    sign_ins(OLD, [tenant, other])
    seal_all(TABLE)
    run("archive_events", "--older-than", "12")
    [(partition,)] = as_owner(f"SELECT DISTINCT tableoid::regclass::text FROM {TABLE}")
    ids = [key for key in ids_of(tenant) if time_of(key).date() >= YOUNG]
    return Scene(tenant, other, ids, partition, size + 3)


def outside(folder: Path) -> override_settings:
    """The files outside of the database: checkpoints in this folder, archives beside it."""
    return override_settings(
        SIGNING_KEY=KEY,
        CHECKPOINT_DIR=folder,
        ARCHIVE_DIR=folder.with_name("archives"),
        KEEP_MONTHS=dict.fromkeys(settings.KEEP_MONTHS),
    )


@contextmanager
def copy(scene: Scene, source: Path, folder: Path, name: str) -> Iterator[Scene]:
    """A database and checkpoint files of one attack's own."""
    for each in (folder, folder.with_name("elsewhere")):
        shutil.copytree(source, each)
    shutil.copytree(source.with_name("archives"), folder.with_name("archives"))
    with ExitStack() as stack:
        stack.enter_context(outside(folder))
        stack.enter_context(databases.fresh_database(f"{NAME}_{name}", NAME))
        yield replace(scene, later=[])
