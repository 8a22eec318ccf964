"""The database of a peer, for as long as it is measured. Django is set up by then."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections


def _as_owner(statement: str) -> None:
    connection = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


@contextmanager
def own_database() -> Iterator[None]:
    name = settings.DATABASES["default"]["NAME"]
    _as_owner(f"CREATE DATABASE {name}")
    try:
        call_command("migrate", verbosity=0)  # Django's and the peer's own tables, to which the next refer
        call_command("migrate", run_syncdb=True, verbosity=0)
        if apps.is_installed("pgtrigger"):
            call_command("pgtrigger", "install", verbosity=0)
        yield
    finally:
        connections.close_all()
        _as_owner(f"DROP DATABASE {name} WITH (FORCE)")
