"""Django's session engine on :class:`~wisely_security.tenancy.models.Session`.

Only signed-in visitors have a row; each read and write names the one row by its key's hash, so row-level security needs
no tenant for it.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, SessionBase
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import get_random_string

from wisely_security.cells.moved import locate
from wisely_security.core.request_context import acting_as

from ..models import Session
from .sessions import (
    CLIENT_KEY,
    LIMITS_KEY,
    NAME_KEY,
    SECONDS_OF_GRACE,
    TENANT_KEY,
    end_expired_sessions,
    end_session,
    expiry,
    hash_key,
)
from .signals import SessionEnd


def new_key() -> str:
    return get_random_string(32, VALID_KEY_CHARS)


@cache
def _by_key() -> str:
    """Every request begins with it: Django composes it once, and not each time for longer than it runs."""
    sql, _ = Session.objects.filter(key_hash="").query.sql_with_params()
    return sql


def _with_key(key_hash: str) -> Session | None:
    return next(iter(Session.objects.raw(_by_key(), [key_hash])), None)


def _renewed_from(key_hash: str) -> QuerySet[Session]:
    """The session whose key was this one until a moment ago."""
    return Session.objects.filter(previous_key_hash=key_hash, previous_until__gt=timezone.now())


def _row_of(key_hash: str) -> Session | None:
    with acting_as(credential=key_hash):
        return _with_key(key_hash) or _renewed_from(key_hash).first()


class FoundSession(NamedTuple):
    cell: str
    row: Session


def find_session(session_key: str) -> FoundSession | None:
    """A session whose tenant may have moved since the browser got its key. Raises CellUnavailableError."""
    key_hash = hash_key(session_key)
    found = locate(lambda: _row_of(key_hash))
    return FoundSession(*found) if found else None


class SessionStore(SessionBase):
    end_cause: SessionEnd | None = SessionEnd.INVALID  # what is recorded when it is deleted; None: the sign-out is
    leaves_cookie = False  # the browser has, or gets from another request, a better key than this one's
    row: Session | None = None  # as it was loaded or saved last
    _superseded = False  # another request has renewed the key since this one was sent
    _renewed = False
    _stored: dict[str, Any] | None = None  # what it holds, if nothing of it waits to be written

    def load(self) -> dict[str, Any]:
        if self.session_key is None:
            return {}
        key_hash = hash_key(self.session_key)
        row = _row_of(key_hash)
        data = self.decode(row.data) if row else {}
        if row is not None and (row.expires_at <= timezone.now() or SESSION_KEY not in data):
            # Not readable: it was signed with a SECRET_KEY that is no longer in use.
            end_session(row, SessionEnd.EXPIRED if SESSION_KEY in data else SessionEnd.INVALID)
            row, data = None, {}
        if row is None:
            self._session_key = None
        self._superseded = row is not None and row.key_hash != key_hash
        self.leaves_cookie = row is None or self._superseded
        self.row, self._stored = row, dict(data)
        return data

    def exists(self, session_key: str) -> bool:
        return False  # 32 random characters: no two are alike

    def create(self) -> None:
        self._take_new_key()
        self.clear()

    def ensure_key(self) -> None:
        if self.session_key is None:
            self._take_new_key()

    def cycle_key(self) -> None:
        """A new key for the same session; the row follows when it is saved. The old key ends with it."""
        self.get(SESSION_KEY)  # loads it, under the old key
        self._take_new_key()
        self.modified = True

    def renew_key(self) -> None:
        """The same while its owner is at work, perhaps with several requests at once: the old key ends in a minute.

        Requests that still come with it are answered, but get no key: whoever has stolen it does not learn the new one.
        """
        self.get(SESSION_KEY)
        if not self._superseded:
            self.cycle_key()
            self._renewed = True

    def _take_new_key(self) -> None:
        self._session_key = new_key()
        self._superseded = self._renewed = self.leaves_cookie = False

    def save(self, must_create: bool = False) -> None:
        """Insert or update the row. One that was ended meanwhile stays ended: there is nothing to save."""
        data = dict(self.items())
        if SESSION_KEY not in data:
            return
        self.ensure_key()
        key_hash = self.row.key_hash if self._superseded and self.row else hash_key(self.session_key or "")
        if self.row is None:
            self._insert(key_hash, data)
        elif self.row.key_hash == key_hash and self._stored == data:
            return
        elif not self._update(self.row, key_hash, data):
            self._merge(self.row, key_hash, data)

    def _update(self, row: Session, key_hash: str, data: dict[str, Any]) -> bool:
        """False: another request has written this session since it was loaded."""
        encoded = self.encode(data)
        changed: dict[str, Any] = {}
        if key_hash != row.key_hash:
            until = timezone.now() + timedelta(seconds=SECONDS_OF_GRACE)
            previous = (row.key_hash, until) if self._renewed else ("", None)
            changed = {"key_hash": key_hash, "previous_key_hash": previous[0], "previous_until": previous[1]}
        with self._scope(data, row.key_hash):
            unchanged = Session.objects.filter(pk=row.pk, key_hash=row.key_hash, data=row.data)
            updated = unchanged.update(
                data=encoded, last_seen_at=row.last_seen_at, expires_at=row.expires_at, **changed
            )
        if updated:
            row.key_hash, row.data = key_hash, encoded
            self._stored = data
        return bool(updated)

    @transaction.atomic
    def _merge(self, mine: Session, key_hash: str, data: dict[str, Any]) -> None:
        """Apply what this request has changed to what the others have left."""
        with self._scope(data, mine.key_hash):
            row = Session.objects.select_for_update().filter(pk=mine.pk).first()
            if row is not None and row.key_hash != mine.key_hash:
                self._superseded = _renewed_from(mine.key_hash).filter(pk=mine.pk).exists()
                row, key_hash = (row, row.key_hash) if self._superseded else (None, "")
        if row is None:
            self.leaves_cookie = True
            return
        self.leaves_cookie = self._superseded
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
            client=data[CLIENT_KEY] | {"software": data.get("software", "")},
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
        """End the session, and record why."""
        if self.row is None:
            return
        row, self.row = self.row, None
        end_session(row, self.end_cause)

    @classmethod
    def clear_expired(cls) -> None:
        end_expired_sessions()
