"""SQL on the application's connection."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from psycopg2.extras import Json

from .subject import Steps, Subject, path


@path("raw INSERT", creates=True)
def raw_insert(it: Subject) -> Steps:
    row: Any = Json(it.row())
    yield
    with connection.cursor() as cursor:
        cursor.execute(it.insert, [row])
    return None


@path("raw UPDATE")
def raw_update(it: Subject) -> Steps:
    records = it.several()
    yield
    with connection.cursor() as cursor:
        keys = [record.pk for record in records]
        cursor.execute(f"UPDATE {it.table} SET {it.column} = %s WHERE id = ANY(%s)", [it.raw_value, keys])
    return None


@path("raw DELETE", deletes=True)
def raw_delete(it: Subject) -> Steps:
    record = it.make()
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {it.table} WHERE id = %s", [record.pk])
    return None


@path("executemany")
def executemany(it: Subject) -> Steps:
    records = it.several()
    yield
    with transaction.atomic(), connection.cursor() as cursor:
        update = f"UPDATE {it.table} SET {it.column} = %s WHERE id = %s"
        cursor.executemany(update, [(it.raw_value, record.pk) for record in records])
    return None


@path("a data-modifying WITH")
def data_modifying_with(it: Subject) -> Steps:
    record = it.make()
    yield
    with connection.cursor() as cursor:
        update = f"UPDATE {it.table} SET {it.column} = %s WHERE id = %s RETURNING id"
        cursor.execute(f"WITH done AS ({update}) SELECT count(*) FROM done", [it.raw_value, record.pk])
    return None


@path("MERGE that updates, inserts and deletes", creates=True, deletes=True)
def merge(it: Subject) -> Steps:
    kept, gone, row = (it.make(), it.make(), it.row()) if it.batch > 1 else (None, it.make(), None)
    yield
    with connection.cursor() as cursor:
        cursor.execute(
            f"""MERGE INTO {it.table} AS target
                USING (
                    SELECT (jsonb_populate_record(NULL::{it.table}, row)).* FROM unnest(%s::jsonb[]) AS row
                ) AS source
                ON target.id = source.id
                WHEN MATCHED AND target.id = %s THEN DELETE
                WHEN MATCHED THEN UPDATE SET {it.column} = %s
                WHEN NOT MATCHED THEN INSERT ({it.columns})
                    VALUES ({", ".join(f"source.{field.column}" for field in it.model._meta.concrete_fields)})""",
            [[Json(each) for each in _rows(kept, gone, row)], gone.pk, it.raw_value],
        )
    return None


def _rows(kept: Any, gone: Any, row: Any) -> list[dict[str, Any]]:
    return [{"id": str(record.pk)} for record in (kept, gone) if record] + ([row] if row else [])
