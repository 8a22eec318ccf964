"""The file that proves one event: its inclusion proof, and what its leaf is made of."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from ...models import Event
from ..leaves import leaf, personal_json
from ..merkle import leaf_hash
from .lookup import proofs_for
from .rows import NOT_SEALED


class NotSealedError(Exception):
    """The newest checkpoint does not cover the event yet."""


class AlteredError(Exception):
    """The event is not what was sealed."""


def proof_file(event: Event) -> bytes:
    """A C2SP tlog-proof. Its ``extra`` is JSON: ``leaf`` and ``personal``, the canonical JSON that was hashed, and the
    ``salt`` in hexadecimal. Raises NotSealedError and AlteredError."""
    model, tenant_id = type(event), event.tenant_id
    proved = proofs_for(model, tenant_id, [event.pk]).get(event.pk)
    if proved is None:
        raise NotSealedError
    salt, values, plain = proved.event.salt, sealed_values(event), plain_names(model)
    made = leaf(values, plain, model.personal, salt)
    if leaf_hash(made) != proved.event.leaf_hash:
        raise AlteredError
    personal = personal_json(values, model.personal)
    extra = {"leaf": made.decode(), "personal": personal.decode(), "salt": salt.hex()}
    return bytes(replace(proved.proof, extra=json.dumps(extra, sort_keys=True).encode()))


def sealed_values(event: Event) -> dict[str, Any]:
    """What a leaf is made of, by column."""
    return {field.attname: getattr(event, field.attname) for field in event._meta.concrete_fields}


def plain_names(model: type[Event]) -> list[str]:
    """The columns that are sealed as they are."""
    names = [field.attname for field in model._meta.concrete_fields]
    return [name for name in names if name not in NOT_SEALED and name not in model.personal]
