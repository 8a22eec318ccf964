"""Checkpoints of logs: their origins, signed with the key of this installation, and what is wrong with a signed one."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from ...models import Event
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
    """Of a log that begins now; later it keeps the one that it began with."""
    host = settings.LOG_ORIGIN or urlsplit(settings.SITE_URL).netloc
    return f"{host}/{tenant_id}/{record_of(model)}"


def signed_note(keys: SigningKeys, origin: str, size: int, root: bytes) -> str:
    return bytes(Checkpoint(origin, size, root).sign([keys.signer(origin)])).decode()


def fault(keys: VerifyingKeys, note: str, origin: str, size: int, root: bytes) -> str:
    """What is wrong with a note that should be of this checkpoint; or nothing."""
    try:
        found = open_checkpoint(note.encode(), keys.verifiers(origin), origin).checkpoint
    except NoteError as error:
        return f"is not signed as it should be: {error}"
    return "" if (found.size, found.root) == (size, root) else "says something else in its signed note."
