"""Login Activity's part of the demo: 45 days of sign-ins. See docs/demo.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from login_activity.models import LoginEvent
from wisely_security.core.request_context import Client, acting_as
from wisely_security.demo.people import Demo
from wisely_security.ledger.loading import load as load_events
from wisely_security.tenancy.models import User

from ..networks import build_demo_database
from ..patterns import Person, Rng, moment_at, patterns, people
from .event_writer import EventWriter, stream
from .rows import COLUMNS, SharedText
from .scripted_events import scripted_events
from .sessions import open_sessions

DAYS = 45
FEWEST_EVENTS = 500  # the scripted_events alone are about 300


def prepare() -> None:
    """Build the demo's database of places, unless there is another."""
    if not settings.GEOIP_PATH:
        return
    path = Path(settings.GEOIP_PATH)
    if path.suffix == ".mmdb":
        if not path.exists():
            build_demo_database(path)
    elif not any(path.glob("*.mmdb")):
        build_demo_database(path / "demo.mmdb")


def client_of(user: User, *, until: datetime, seed: int) -> Client:
    """Where somebody works from, most of the time."""
    return patterns(user, until - timedelta(days=DAYS), until, seed).stations[0].client


def load(demo: Demo, *, events: int, seed: int, until: datetime, progress: Callable[[int], None]) -> None:
    """Load exactly ``events`` events up to ``until``, as the owner, and open sessions, in the caller's transaction."""
    since = until - timedelta(days=DAYS)
    rng = Rng(seed)
    everybody = people(demo, since, until, seed)
    writer = EventWriter(rng, SharedText(demo), until)
    scripted = list(scripted_events(everybody, writer, rng, since, until))
    rows = stream(list(everybody.values()), scripted, writer, rng, since, until, events)
    load_events(LoginEvent, COLUMNS, rows, since=since.date(), until=until.date(), progress=progress)
    _note_on_accounts(everybody.values())
    open_sessions(everybody.values(), until, rng)


def add(demo: Demo, *, events: int, seed: str, until: datetime, progress: Callable[[int], None]) -> None:
    """Load more everyday events of the same people. ``seed`` must be a new one: event ids follow from it."""
    since = until - timedelta(days=DAYS)
    rng = Rng(seed)
    everybody = people(demo, since, until, seed)
    rows = stream(list(everybody.values()), [], EventWriter(rng, SharedText(demo), until), rng, since, until, events)
    load_events(LoginEvent, COLUMNS, rows, since=since.date(), until=until.date(), progress=progress)


def _note_on_accounts(everybody: Iterable[Person]) -> None:
    """What sign-ins and new passwords leave on the accounts themselves."""
    for person in everybody:
        with acting_as(**person.user.own_scope):
            User.objects.filter(pk=person.user.pk).update(
                last_login=moment_at(person.signed_in) if person.signed_in else None,
                password_changed_at=moment_at(person.new_password) if person.new_password else None,
            )
