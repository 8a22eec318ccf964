"""Django's session engine on :class:`~wisely_security.tenancy.models.Session`.

Only signed-in visitors have a row; each read and write names the one row by its key's hash, so row-level security needs
no tenant for it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, SessionBase
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from wisely_security.request_context import acting_as

from .models import Session
from .sessions import CLIENT_KEY, LIMITS_KEY, NAME_KEY, TENANT_KEY, end_expired_sessions, end_session, expiry, hash_key
from .signals import SessionEnd


def new_key() -> str:
    return get_random_string(32, VALID_KEY_CHARS)


class SessionStore(SessionBase):
    signed_out = False  # the sign-out has been recorded as such
    row: Session | None = None  # as it was loaded or saved last
    _stored: dict[str, Any] | None = None  # what it holds, if nothing of it waits to be written

    def load(self) -> dict[str, Any]:
        if self.session_key is None:
            return {}
        key_hash = hash_key(self.session_key)
        with acting_as(credential=key_hash):
            row = Session.objects.filter(key_hash=key_hash).first()
        data = self.decode(row.data) if row else {}
        if row is not None and (row.expires_at <= timezone.now() or SESSION_KEY not in data):
            # Not readable: it was signed with a SECRET_KEY that is no longer in use.
            end_session(row, SessionEnd.EXPIRED if SESSION_KEY in data else SessionEnd.INVALID)
            row, data = None, {}
        if row is None:
            self._session_key = None
        self.row, self._stored = row, dict(data)
        return data

    def exists(self, session_key: str) -> bool:
        return False  # 32 random characters: no two are alike

    def create(self) -> None:
        self._session_key = new_key()
        self.clear()

    def ensure_key(self) -> None:
        if self.session_key is None:
            self._session_key = new_key()

    def cycle_key(self) -> None:
        """A new key for the same session; the row follows when it is saved."""
        self.get(SESSION_KEY)  # loads it, under the old key
        self._session_key = new_key()
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        """Insert or update the row. One that was ended meanwhile stays ended: there is nothing to save."""
        data = dict(self.items())
        if SESSION_KEY not in data:
            return
        self.ensure_key()
        key_hash = hash_key(self.session_key or "")
        if self.row is None:
            self._insert(key_hash, data)
        elif self.row.key_hash == key_hash and self._stored == data:
            return
        elif not self._update(self.row, key_hash, data):
            self._merge(self.row, key_hash, data)

    def _update(self, row: Session, key_hash: str, data: dict[str, Any]) -> bool:
        """False: another request has written this session since it was loaded."""
        encoded, before = self.encode(data), row.data
        with self._scope(data, row.key_hash):
            updated = Session.objects.filter(pk=row.pk, key_hash=row.key_hash, data=before).update(
                key_hash=key_hash, data=encoded, last_seen_at=row.last_seen_at, expires_at=row.expires_at
            )
        if updated:
            row.key_hash, row.data = key_hash, encoded
            self._stored = data
        return bool(updated)

    @transaction.atomic
    def _merge(self, mine: Session, key_hash: str, data: dict[str, Any]) -> None:
        """Apply what this request has changed to what the others have left."""
        with self._scope(data, mine.key_hash):
            row = Session.objects.select_for_update().filter(pk=mine.pk, key_hash=mine.key_hash).first()
        if row is None:
            return
        loaded, theirs = self.decode(mine.data), self.decode(row.data)
        changed = {name: value for name, value in data.items() if name not in loaded or loaded[name] != value}
        merged = {name: value for name, value in (theirs | changed).items() if name in data or name not in loaded}
        row.last_seen_at, row.expires_at = mine.last_seen_at, mine.expires_at
        self.row = row
        self._update(row, key_hash, merged)

    def in_use(self, limits: tuple[int, int]) -> None:
        """Move the idle limit of a session that is used, once a minute at most. It is written when the request ends."""
        now = timezone.now()
        if self.row is not None and now - self.row.last_seen_at >= timedelta(minutes=1):
            self.row.last_seen_at = now
            self.row.expires_at = expiry(limits, self.row.created_at, now)
            self._stored, self.modified = None, True

    def _insert(self, key_hash: str, data: dict[str, Any]) -> None:
        now = timezone.now()
        row = Session(
            key_hash=key_hash,
            tenant_id=UUID(data[TENANT_KEY]) if data[TENANT_KEY] else None,
            user_id=UUID(data[SESSION_KEY]),
            data=self.encode(data),
            name=data[NAME_KEY],
            client=data[CLIENT_KEY],
            address=data[CLIENT_KEY]["address"] or None,
            device=data.get("device", ""),
            place=data.get("place", ""),
            created_at=now,
            last_seen_at=now,
            expires_at=expiry(data[LIMITS_KEY], now, now),
        )
        with self._scope(data, key_hash):
            row.save(force_insert=True)
        self.row, self._stored = row, data

    def _scope(self, data: dict[str, Any], key_hash: str) -> Any:
        tenant = data[TENANT_KEY]
        return acting_as(tenant_id=UUID(tenant) if tenant else None, support=not tenant, credential=key_hash)

    def delete(self, session_key: str | None = None) -> None:
        """End the session. Unless the person has signed out, it is told as one that the application ended."""
        if self.row is None:
            return
        row, self.row = self.row, None
        end_session(row, None if self.signed_out else SessionEnd.INVALID)

    @classmethod
    def clear_expired(cls) -> None:
        end_expired_sessions()
