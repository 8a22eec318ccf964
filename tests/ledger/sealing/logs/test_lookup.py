"""Proofs of single events, from few rows."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from login_activity.models import LoginEvent
from tests.support import records
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.sealing.keys import signing_keys
from wisely_security.ledger.sealing.leaves import leaf
from wisely_security.ledger.sealing.logs import sealer
from wisely_security.ledger.sealing.logs.event_rows.sealed_columns import later_columns
from wisely_security.ledger.sealing.logs.lookup import Proved, proofs_for
from wisely_security.ledger.sealing.logs.published import outside
from wisely_security.ledger.sealing.logs.signing import origin_of
from wisely_security.ledger.sealing.merkle import leaf_hash

from .tampering import ids_of, seal_all

pytestmark = pytest.mark.usefixtures("database")
PLAIN = [
    field.attname
    for field in LoginEvent._meta.concrete_fields
    if field.attname != "tx" and field.attname not in LoginEvent.personal
]


def proofs(tenant: UUID, ids: list[UUID]) -> dict[UUID, Proved]:
    with acting_as(tenant_id=tenant):
        return proofs_for(LoginEvent, tenant, ids)


def verified(tenant: UUID, key: UUID, proved: Proved) -> int:
    """The size of the checkpoint that proves the event as it is in the record."""
    with acting_as(tenant_id=tenant):
        event = LoginEvent.objects.for_tenant(tenant).get(pk=key)
    values = {field.attname: getattr(event, field.attname) for field in LoginEvent._meta.concrete_fields}
    later = later_columns(LoginEvent)
    left_out = {name for name, default in (later.plain | later.personal).items() if values[name] == default}
    plain, personal = ([name for name in names if name not in left_out] for names in (PLAIN, LoginEvent.personal))
    found = leaf_hash(leaf(values, plain, personal, proved.event.salt))
    assert found == proved.event.leaf_hash
    origin = origin_of(LoginEvent, tenant)
    return proved.proof.verify(found, signing_keys().verifiers(origin), origin).checkpoint.size


def test_every_event_is_proved() -> None:
    tenant = records.a_tenant()
    for number in (1, 300, 5, 255, 3, 200):
        records.append_many(tenant, number)
        records.append_many(records.a_tenant(), 3)
        seal_all()
    ids = ids_of(tenant)
    found = proofs(tenant, ids)
    assert [found[key].event.leaf_index for key in ids] == list(range(764))
    for key in (*ids[::37], *ids[254:258], ids[-1]):
        assert verified(tenant, key, found[key]) == 764


def test_few_rows_are_read() -> None:
    tenant = records.a_tenant()
    records.append_many(tenant, 2000)
    seal_all()
    with CaptureQueriesContext(connection) as queries:
        proofs(tenant, [ids_of(tenant)[1000]])
    assert len(queries) <= 5


def test_what_is_not_sealed_or_not_published_is_not_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = records.a_tenant()
    records.append_many(tenant, 3)
    seal_all()
    first = ids_of(tenant)
    records.append_many(tenant, 3)
    with monkeypatch.context() as patch, pytest.raises(OSError, match="no space"):
        patch.setattr(outside, "append", _no_space)
        sealer.seal(records.TABLE)
    assert [*proofs(tenant, ids_of(tenant))] == first
    seal_all()
    assert len(proofs(tenant, ids_of(tenant))) == 6


def test_another_tenant_gets_no_proof() -> None:
    tenant, other = records.a_tenant(), records.a_tenant()
    for each in (tenant, other):
        records.append_many(each, 3)
    seal_all()
    with acting_as(tenant_id=other):
        assert proofs_for(LoginEvent, tenant, ids_of(tenant)) == {}


def _no_space(*_: object) -> None:
    raise OSError("no space")
