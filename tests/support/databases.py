"""Databases for tests: made by the owner, used by the app role."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2
from django.core.management import call_command
from django.db import OperationalError, connections

from wisely_security.database.rights import CLOSE_DATABASE
from wisely_security.database.roles import app_role

TEMPLATE = f"test_wisely_{os.getpid()}_template"
WITH_CAST = f"{TEMPLATE}_cast"

MAINTENANCE = str(connections["owner"].settings_dict["NAME"])


def _as_owner(statement: str) -> None:
    """Run a statement in the database that the environment names, outside a transaction."""
    owner = connections["owner"].copy()
    owner.settings_dict = connections["owner"].settings_dict | {"NAME": MAINTENANCE}
    try:
        with owner.cursor() as cursor:
            cursor.execute(statement)
    finally:
        owner.close()


def _drop(name: str) -> None:
    try:
        _as_owner(f"DROP DATABASE IF EXISTS {name}")
    except OperationalError:  # somebody is connected; FORCE alone would stumble over an autovacuum worker
        _as_owner(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _use(name: str) -> None:
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


@contextmanager
def temporary_tables() -> Iterator[None]:
    """Inside the block the app role may make temporary tables, which the database otherwise denies it."""
    database, role = (str(connections["default"].settings_dict[each]) for each in ("NAME", "USER"))
    owner = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])  # a test that rolls back may not use Django's
    owner.autocommit = True
    with closing(owner), owner.cursor() as cursor:
        cursor.execute(f"GRANT TEMPORARY ON DATABASE {database} TO {role}")
        with connections["default"].cursor() as app:
            app.execute("SELECT FROM pg_db_role_setting")  # another lock, and so the transaction hears of the grant
        try:
            yield
        finally:
            cursor.execute(f"REVOKE TEMPORARY ON DATABASE {database} FROM {role}")


def make_template() -> None:
    """A migrated database without rows, from which the others are copied.

    Raises RuntimeError where the models have changed since their last migration: every test would fail of it.
    """
    _drop(TEMPLATE)
    _as_owner(f"CREATE DATABASE {TEMPLATE}")
    _use(TEMPLATE)
    try:
        call_command("makemigrations", check_changes=True, verbosity=0)
    except SystemExit:
        raise RuntimeError("Models have changed without a migration: run manage.py makemigrations.") from None
    call_command("migrate", verbosity=0)
    call_command("create_partitions", since=3, verbosity=0)
    _use(MAINTENANCE)


def drop_template() -> None:
    _drop(TEMPLATE)


@contextmanager
def kept_database(name: str, like: str = TEMPLATE) -> Iterator[None]:
    """A database that exists for the block: empty and migrated, or ``like`` another one. Nobody uses it yet."""
    _drop(name)
    _as_owner(f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY FILE_COPY")  # a third of what the usual one costs
    _as_owner(CLOSE_DATABASE.format(name=name, app_role=app_role()))
    try:
        yield
    finally:
        _drop(name)


@contextmanager
def empty_database(name: str) -> Iterator[None]:
    """A database for the block in which nothing has been migrated. This process works in it."""
    with kept_database(name, "template1"), using_database(name):
        yield


@contextmanager
def using_database(name: str) -> Iterator[None]:
    """This process works in that database inside the block."""
    before = str(connections["default"].settings_dict["NAME"])
    _use(name)
    try:
        yield
    finally:
        _use(before)


@contextmanager
def fresh_database(name: str, like: str = TEMPLATE) -> Iterator[None]:
    """A database for the block: empty and migrated, or ``like`` another one. This process works in it."""
    with kept_database(name, like), using_database(name):
        yield
