"""Leaves from COPY are those of the same events, read in the usual way."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from tests.audit_trail import records as audit_records
from tests.support import records
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.models import Event
from wisely_security.ledger.sealing.leaves import MAX_SIZE, check_names, leaf
from wisely_security.ledger.sealing.logs.event_rows.sealed_columns import sealed_fields
from wisely_security.ledger.sealing.merkle import leaf_hash

from ..tampering import CHANGES, as_owner, seal_all

pytestmark = pytest.mark.usefixtures("database")
ODD: list[dict[str, Any]] = [
    {"user_name": 'Zoë\t"O\'Neil"\n\\N \\. 😀\r\b\f\x01\x7f', "user_id": uuid4(), "request_id": uuid4()},
    {"ip": None, "latitude": None, "longitude": None, "reason": "", "user_agent_cut": True},
    {
        "latitude": 0.1 + 0.2,
        "longitude": -1e-7,
        "ip": "2001:db8::7",
        "detail": '{"b": [1.50, null, 1e300], "a": "\\u0007\\\\"}',
    },
    {"latitude": -0.0, "longitude": 1e22, "detail": '{"n": 12345678901234567890, "m": -5, "t": true}'},
    {"detail": '{"\\ud83d\\ude00": 1, "\\ufb01": 2, "": {}}', "user_name": "\\N", "place": "\\"},
    {"detail": f'{{"long": "{"é" * 40_000}"}}', "user_name": "x" * 70_000},
    {"action": "y" * 70_000, "device": "z" * 200},
]
CHANGE = [{"field": "names", "label": "Näme", "added": ["é", "😀"], "removed": []}, {"label": "b", "before": 1.5}]


@pytest.mark.parametrize("special", ODD)
def test_an_event_of_sign_in(special: dict[str, Any]) -> None:
    tenant = records.a_tenant()
    records.append_many(tenant, 1, **special)
    seal_all()
    _compare(LoginEvent)


def test_an_event_of_the_audit_trail() -> None:
    audit_records.put(records.a_tenant(), [{}, {"changes": CHANGE}])
    seal_all(CHANGES)
    _compare(AuditEvent)


@pytest.mark.parametrize("model", [LoginEvent, AuditEvent])
def test_names_can_be_sealed(model: type[Event]) -> None:
    check_names(_plain(model), model.personal)


def _plain(model: type[Event]) -> list[str]:
    names = [field.attname for field in model._meta.concrete_fields]
    assert {*model.personal} < {*names}
    return [name for name in names if name != "tx" and name not in model.personal]


def _compare(model: type[Event]) -> None:
    [(ids, salts, hashes)] = as_owner(
        "SELECT ids, salts, hashes FROM ledger_sealed WHERE events = %s::regclass", model._meta.db_table
    )
    for number, key in enumerate(ids):
        with acting_as(support=True):
            event = model._default_manager.get(pk=key)
        made = leaf(*sealed_fields(event), bytes(salts)[16 * number : 16 * number + 16])
        assert len(made) <= MAX_SIZE
        assert leaf_hash(made) == bytes(hashes)[32 * number : 32 * number + 32]
