"""Open sessions, so that the pages of sessions have something to show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from secrets import token_hex

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone

from login_activity.places.locate import locate
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Session
from wisely_security.tenancy.session_store import SessionStore
from wisely_security.tenancy.sessions import (
    CLIENT_KEY,
    LIMITS_KEY,
    NAME_KEY,
    TENANT_KEY,
    expiry,
    hash_key,
    limits,
)

from ..patterns import Person, Rng, Station, milliseconds, moment_at

OPEN_SINCE_DAYS = 2
BACKEND = "wisely_security.tenancy.authentication.EmailBackend"


def open_sessions(people: Iterable[Person], until: datetime, rng: Rng) -> None:
    """Open again what was left open in the last days and would still be in use."""
    earliest = milliseconds(until - timedelta(days=OPEN_SINCE_DAYS))
    now = timezone.now()
    for person in people:
        for station, at in person.left_open.items():
            created_at = moment_at(at)
            last_seen_at = max(created_at, now - timedelta(minutes=rng.randrange(1, 300)))
            expires_at = expiry(limits(person.user.tenant), created_at, last_seen_at)
            if person.user.is_active and at >= earliest and expires_at > now:
                _open(
                    person,
                    station,
                    {"created_at": created_at, "last_seen_at": last_seen_at, "expires_at": expires_at},
                )


def _open(person: Person, station: Station, times: dict[str, datetime]) -> None:
    """As a sign-in does it. The key is a fresh secret, which does not follow from the seed: nobody has it."""
    user = person.user
    store = SessionStore()
    store.update(
        {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: BACKEND,
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            TENANT_KEY: "" if user.tenant_id is None else str(user.tenant_id),
            LIMITS_KEY: limits(user.tenant),
            CLIENT_KEY: station.client.as_data(),
            NAME_KEY: token_hex(8),
            "device": station.device_label,
            "software": station.identified.software,
            "place": locate(station.address).label,
        }
    )
    store.save()
    key_hash = hash_key(store.session_key or "")
    with acting_as(**user.own_scope):
        Session.objects.filter(key_hash=key_hash).update(**times)
