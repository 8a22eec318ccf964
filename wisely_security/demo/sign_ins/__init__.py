"""Login Activity's part of the demo: 45 days of sign-ins. See docs/demo.md."""

from __future__ import annotations

from collections.abc import Callable

from login_activity.models import LoginEvent
from wisely_security.ledger.months.loading import load as load_events

from ..people import Demo
from .event_writer import COLUMNS, EventWriter
from .factors import keep_factor
from .scripted_events import at_work, scripted_events
from .sessions import note_on_account, open_sessions

FEWEST_EVENTS = 500  # the scripted events alone are about 300


def load(demo: Demo, events: int, progress: Callable[[int], object], *, scripted: bool) -> None:
    """Load exactly ``events`` events, as the owner, in the caller's transaction.

    Without ``scripted`` they are of ordinary days, and leave nothing else, but the sessions of changes that were added;
    the seed must be a new one: event ids follow from it.
    """
    writer = EventWriter(demo)
    rows = writer.rows(events, list(scripted_events(demo, writer) if scripted else at_work(demo, writer)))
    load_events(LoginEvent, COLUMNS, rows, since=demo.since.date(), until=demo.until.date(), progress=progress)
    if scripted:
        for person in demo.people.values():
            note_on_account(person)
        keep_factor(demo)
        open_sessions(demo, writer.rng)
