"""Through Django's ORM."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Model

from .subject import Steps, Subject, path


@path("save of a new record", creates=True)
def save_create(it: Subject) -> Steps:
    record = it.build()
    yield
    record.save()
    return None


@path("save")
def save_update(it: Subject) -> Steps:
    record = it.make()
    yield
    setattr(record, it.field, it.value)
    record.save()
    return None


@path("save of one field")
def save_one_field(it: Subject) -> Steps:
    record = it.make()
    yield
    setattr(record, it.field, it.value)
    record.save(update_fields=[it.field])
    return None


@path("save that changes nothing", leaves_a_trace=False)
def save_nothing(it: Subject) -> Steps:
    record = it.make()
    yield
    record.save()
    return None


@path("save that fails", leaves_a_trace=False)
def save_that_fails(it: Subject) -> Steps:
    record, another = it.make(), it.make() if it.batch > 1 else None
    yield
    with suppress(DatabaseError):
        record.save(force_insert=True)
    if another:
        with suppress(DatabaseError), transaction.atomic():
            setattr(another, it.field, it.value)
            another.save()
            record.save(force_insert=True)
    return None


@path("delete", deletes=True)
def delete(it: Subject) -> Steps:
    record = it.make()
    yield
    record.delete()
    return None


@path("QuerySet.update")
def queryset_update(it: Subject) -> Steps:
    records = it.several()
    yield
    it.of(*records).update(**{it.field: it.value})
    return None


@path("statement without rows", leaves_a_trace=False)
def statement_without_rows(it: Subject) -> Steps:
    it.make()
    yield
    it.objects.filter(pk=uuid.uuid4()).update(**{it.field: it.value})
    return None


@path("bulk_create", creates=True)
def bulk_create(it: Subject) -> Steps:
    records = [it.build() for _ in range(it.batch)]
    yield
    it.objects.bulk_create(records)
    return None


@path("bulk_update")
def bulk_update(it: Subject) -> Steps:
    records = it.several()
    yield
    for record in records:
        setattr(record, it.field, it.value)
    it.objects.bulk_update(records, [it.field])
    return None


@path("INSERT … ON CONFLICT DO UPDATE")
def upsert(it: Subject) -> Steps:
    records = it.several()
    for record in records:
        setattr(record, it.field, it.value)
    if it.batch > 1:
        new = it.build()
        new.pk = uuid.uuid4()
        records.append(new)
    yield
    it.objects.bulk_create(records, update_conflicts=True, update_fields=[it.field], unique_fields=["id"])
    return None


@path("INSERT … ON CONFLICT DO NOTHING", creates=True)
def insert_or_ignore(it: Subject) -> Steps:
    records = [it.make(), it.build()] if it.batch > 1 else [it.build()]
    yield
    it.objects.bulk_create(records, ignore_conflicts=True)
    return None


@path("update_or_create that updates")
def update_or_create(it: Subject) -> Steps:
    record = it.make()
    yield
    it.objects.update_or_create(pk=record.pk, defaults={it.field: it.value})
    return None


@path("update_or_create that creates", creates=True)
def update_or_create_new(it: Subject) -> Steps:
    record = it.build()
    yield
    it.objects.update_or_create(pk=uuid.uuid4(), defaults=_values(record))
    return None


@path("get_or_create that gets", leaves_a_trace=False)
def get_or_create(it: Subject) -> Steps:
    record = it.make()
    yield
    it.objects.get_or_create(pk=record.pk)
    return None


@path("get_or_create that creates", creates=True)
def get_or_create_new(it: Subject) -> Steps:
    record = it.build()
    yield
    it.objects.get_or_create(pk=uuid.uuid4(), defaults=_values(record))
    return None


def _values(record: Model) -> dict[str, Any]:
    names = {field.attname for field in record._meta.concrete_fields} - {"id", "created_at"}
    return {name: getattr(record, name) for name in names}


@path("an expression in SQL")
def expression(it: Subject) -> Steps:
    records = it.several()
    yield
    it.of(*records).update(**dict([it.expression]))
    return None


@path("QuerySet.delete", deletes=True)
def queryset_delete(it: Subject) -> Steps:
    records = it.several()
    yield
    it.of(*records).delete()
    return None
