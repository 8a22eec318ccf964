"""No write goes unrecorded: every way to write, on every audited model, compared with the rows before and after."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import F, Model, Value
from django.db.models.functions import Concat
from pytest_django import DjangoDbBlocker

from audit_trail.models import AuditEvent
from audit_trail.registry import audited_as
from tests.support import databases
from tests.support.cast import Cast, create_cast
from tests.workspace.samples import SAMPLES
from tests.workspace.samples.making import build, make, make_tenant
from wisely_security.core.request_context import Client, RequestContext, acting_as, using
from wisely_security.tenancy.models import Tenant, User
from wisely_security.workspace.modules.business_profile import BusinessProfile

from . import paths, truth

ADDRESS = ip_address("192.0.2.7")


@pytest.fixture(scope="module")
def cast(template_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """One committed database for all cells: each makes records of its own."""
    with django_db_blocker.unblock(), databases.fresh_database(f"test_wisely_{os.getpid()}_matrix"):
        yield create_cast()


def context(cast: Cast, tenant: Tenant) -> RequestContext:
    alice = replace(cast.alice.as_actor(), tenant_id=tenant.pk)
    return RequestContext(tenant_id=tenant.pk, actor=alice, client=Client(address=ADDRESS), request_id=uuid4())


def subject(model: type[Model], cast: Cast) -> tuple[Tenant, paths.Subject]:
    if model is Tenant:
        tenant = make_tenant()
        heir = make(User, tenant)
        new = Tenant(name="New", slug="new", super_admin=heir)
        by_key = ("super_admin", Value(heir.pk))
        return tenant, paths.Subject(model, lambda: tenant, lambda: new, "super_admin", heir, by_key, batch=1)
    sample = SAMPLES[model]
    field, value = sample.edit or ("user", cast.bob)
    text = sample.edit_in_sql or "user"
    expression = Value(cast.bob.pk) if field == "user" else Concat(F(text), Value("!"))
    alone = model is BusinessProfile  # one per tenant
    tenant = make_tenant() if alone else cast.acme
    return tenant, paths.Subject(
        model=model,
        make=lambda: make(model, tenant),
        build=lambda: build(model, tenant),
        field=field,
        value=value,
        expression=(text, expression),
        batch=1 if alone else 3,
    )


def is_recorded(model: type[Model], path: paths.Path) -> bool:
    """Of some records, only changes are."""
    audited = audited_as(model)
    if audited is None:  # of tenants, that their Super Admin changes
        return not (path.creates or path.deletes)
    return not ((path.creates and audited.created is None) or (path.deletes and audited.deleted is None))


MODELS: list[type[Model]] = [Tenant, *SAMPLES]
CELLS = [
    pytest.param(model, path, id=f"{model.__name__}: {path.name}")
    for model in MODELS
    for path in paths.ALL
    if is_recorded(model, path)
]


@pytest.mark.parametrize(("model", "path"), CELLS)
def test_every_write_records_the_events_that_follow_from_its_rows(
    cast: Cast, model: type[Model], path: paths.Path
) -> None:
    tenant, it = subject(model, cast)
    with using(context(cast, tenant)):
        steps = path.steps(it)
        next(steps)
        before, since = snapshot()
        with pytest.raises(StopIteration) as ended:
            next(steps)
        after, _ = snapshot()
        events = list(events_since(since))

    expected = truth.expected(before, after)
    assert truth.recorded(events) == expected
    assert bool(expected) is path.leaves_a_trace
    actor = ended.value.value or ("person", "Alice Adams")
    assert {(event.actor_kind, event.actor_name) for event in events} <= {actor}


def snapshot() -> tuple[truth.Rows, Any]:
    """All rows of all tenants, and the first transaction that has not begun yet."""
    with acting_as(support=True), connection.cursor() as cursor:
        rows = truth.read_rows(cursor)
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
        [(transaction,)] = cursor.fetchall()
    return rows, transaction


def events_since(transaction: str) -> Any:
    with acting_as(support=True):
        yield from AuditEvent.objects.filter(tx__gte=int(transaction))
