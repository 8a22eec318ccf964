"""What sign-ins leave behind: open sessions, so that their pages have something to show, and notes on accounts."""

from __future__ import annotations

from datetime import timedelta
from secrets import token_hex

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone

from login_activity.places.locate import locate
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Session, User
from wisely_security.tenancy.sign_in.session_store import SessionStore
from wisely_security.tenancy.sign_in.sessions import (
    CLIENT_KEY,
    LIMITS_KEY,
    NAME_KEY,
    TENANT_KEY,
    expiry,
    hash_key,
    limits,
)

from ..patterns import Person, Rng, Station, milliseconds, moment_at
from ..people import Demo

OPEN_SINCE_DAYS = 2
BACKEND = "wisely_security.tenancy.sign_in.authentication.EmailBackend"


def note_on_account(person: Person) -> None:
    with acting_as(**person.user.own_scope):
        User.objects.filter(pk=person.user.pk).update(
            last_login=moment_at(person.signed_in) if person.signed_in else None,
            password_changed_at=moment_at(person.new_password) if person.new_password else None,
        )


def open_sessions(demo: Demo, rng: Rng) -> None:
    """Open again what was left open in the last days and would still be in use."""
    earliest = milliseconds(demo.until - timedelta(days=OPEN_SINCE_DAYS))
    now = timezone.now()
    for person in demo.people.values():
        for station, at in person.left_open.items():
            created_at = moment_at(at)
            last_seen_at = max(created_at, now - timedelta(minutes=rng.randrange(1, 300)))
            expires_at = expiry(limits(person.user.tenant), created_at, last_seen_at)
            if person.user.is_active and at >= earliest and expires_at > now:
                key_hash = _open(person.user, station)
                with acting_as(**person.user.own_scope):
                    Session.objects.filter(key_hash=key_hash).update(
                        created_at=created_at, last_seen_at=last_seen_at, expires_at=expires_at
                    )


def _open(user: User, station: Station) -> str:
    """As a sign-in does it. The key is a fresh secret, which does not follow from the seed: nobody has it."""
    store = SessionStore()
    store.update(
        {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: BACKEND,
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            TENANT_KEY: str(user.tenant_id or ""),
            LIMITS_KEY: limits(user.tenant),
            CLIENT_KEY: station.client.as_data(),
            NAME_KEY: token_hex(8),
            "device": station.device.label,
            "software": station.device.software,
            "place": locate(station.client.address).label,
        }
    )
    store.save()
    return hash_key(store.session_key or "")
