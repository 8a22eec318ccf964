"""The file that proves one event: its inclusion proof, and what its leaf is made of."""

from __future__ import annotations

import json
from dataclasses import replace

from ...models import Event
from ..leaves import erased_leaf, leaf, personal_json
from ..merkle import leaf_hash
from .event_rows.sealed_columns import sealed_fields
from .lookup import proofs_for


class NotSealedError(Exception):
    """The newest checkpoint does not cover the event yet."""


class AlteredError(Exception):
    """The event is not what was sealed."""


def proof_file(event: Event) -> bytes:
    """A C2SP tlog-proof. Its ``extra`` is JSON: ``leaf`` and ``personal``, the canonical JSON that was hashed, and the
    ``salt`` in hexadecimal; the two are null where a person was erased from it. Raises NotSealedError, AlteredError.
    """
    proved = proofs_for(type(event), event.tenant_id, [event.pk]).get(event.pk)
    if proved is None:
        raise NotSealedError
    salt, sealed, fields = proved.event.salt, proved.event.sealed, sealed_fields(event)
    made = erased_leaf(fields.values, fields.plain, sealed.hex()) if sealed else leaf(*fields, salt)
    if leaf_hash(made) != proved.event.leaf_hash:
        raise AlteredError
    extra = {"leaf": made.decode(), "personal": None, "salt": None}
    if not sealed:
        extra |= {"personal": personal_json(fields.values, fields.personal).decode(), "salt": salt.hex()}
    return bytes(replace(proved.proof, extra=json.dumps(extra, sort_keys=True).encode()))
