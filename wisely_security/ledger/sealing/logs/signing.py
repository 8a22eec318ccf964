"""Checkpoints of logs: their origins, signed with the key of this installation, and what is wrong with a signed one."""

from __future__ import annotations

import re
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from wisely_security.core.request_context import FIRST_CELL
from wisely_security.database.cells.routing import current_cell

from ...models import NO_TENANT, Event
from ..checkpoints import Checkpoint, open_checkpoint
from ..keys import SigningKeyError, SigningKeys, VerifyingKeys, signing_keys
from ..notes import NoteError


def is_configured() -> bool:
    """Whether there is a key to sign with. Without one nothing is sealed."""
    return not why_not_configured()


def why_not_configured() -> str:
    try:
        signing_keys()
    except SigningKeyError as error:
        return str(error)
    return ""


def record_of(model: type[Event]) -> str:
    """What a record is called in origins: "login-activity", "audit-trail"."""
    return model._meta.app_label.replace("_", "-")


def origin_of(model: type[Event], tenant_id: UUID) -> str:
    """Of a log that begins now; later it keeps the one that it began with. Of no tenant, each cell has one."""
    host = settings.LOG_ORIGIN or urlsplit(settings.SITE_URL).netloc
    origin = f"{host}/{tenant_id}/{record_of(model)}"
    return f"{origin}/{current_cell()}" if tenant_id == NO_TENANT and current_cell() != FIRST_CELL else origin


def origins_until(origin: str) -> list[str]:
    """This one, and those that the log had before it was continued (``continuing.py``)."""
    first, number = _numbered(origin)
    return [f"{first}/{each}" for each in range(number, 1, -1)] + [first]


def next_origin(*origins: str) -> str:
    """Of a log that has had these."""
    first, _ = _numbered(origins[0])
    return f"{first}/{max(number for _, number in map(_numbered, origins)) + 1}"


def _numbered(origin: str) -> tuple[str, int]:
    found = re.fullmatch(r"(.+)/([1-9][0-9]{0,3})", origin)
    return (found[1], int(found[2])) if found else (origin, 1)


def signed_note(keys: SigningKeys, origin: str, size: int, root: bytes) -> str:
    return bytes(Checkpoint(origin, size, root).sign([keys.signer(origin)])).decode()


def fault(keys: VerifyingKeys, note: str, origin: str, size: int, root: bytes) -> str:
    """What is wrong with a note that should be of this checkpoint, under this origin or one of before; or nothing."""
    claimed = note.partition("\n")[0]
    its = claimed if claimed in origins_until(origin) else origin
    try:
        found = open_checkpoint(note.encode(), keys.verifiers(its), its).checkpoint
    except NoteError as error:
        return f"is not signed as it should be: {error}"
    return "" if (found.size, found.root) == (size, root) else "says something else in its signed note."
