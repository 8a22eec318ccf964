"""The file that proves one event: its inclusion proof, and what its leaf is made of."""

from __future__ import annotations

import json
from dataclasses import replace

from ...models import Event
from ..leaves import leaf, personal_json
from ..merkle import leaf_hash
from .lookup import proofs_for
from .sealed_columns import sealed_fields


class NotSealedError(Exception):
    """The newest checkpoint does not cover the event yet."""


class AlteredError(Exception):
    """The event is not what was sealed."""


def proof_file(event: Event) -> bytes:
    """A C2SP tlog-proof. Its ``extra`` is JSON: ``leaf`` and ``personal``, the canonical JSON that was hashed, and the
    ``salt`` in hexadecimal. Raises NotSealedError and AlteredError."""
    proved = proofs_for(type(event), event.tenant_id, [event.pk]).get(event.pk)
    if proved is None:
        raise NotSealedError
    salt, fields = proved.event.salt, sealed_fields(event)
    made = leaf(*fields, salt)
    if leaf_hash(made) != proved.event.leaf_hash:
        raise AlteredError
    personal = personal_json(fields.values, fields.personal)
    extra = {"leaf": made.decode(), "personal": personal.decode(), "salt": salt.hex()}
    return bytes(replace(proved.proof, extra=json.dumps(extra, sort_keys=True).encode()))
