"""What the models name is what the database builds segments from."""

from __future__ import annotations

from django.apps import apps
from django.db import connections

from ..models import Event


def declare_indexed_fields(using: str) -> None:
    """After ``migrate``."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('ledger_indexed_fields') IS NULL")
        if cursor.fetchone() == (True,):  # migrated back to before there was a search
            return
        for model in apps.get_models():
            if issubclass(model, Event):
                indexed = model.indexed
                cursor.execute(
                    "SELECT ledger_index_fields(%s, %s, %s, %s)",
                    [model._meta.db_table, indexed.texts_sql, indexed.tokens_sql, indexed.segment_size],
                )
