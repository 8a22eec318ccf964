"""Notes that the demo's admins have written: one was changed, one deleted again."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from login_activity.models import LoginEvent
from login_activity.vocabulary import Status
from wisely_security.notes.models import Note
from wisely_security.tenancy.models import Tenant, User

from . import backdating
from .patterns import moment_of, working_day
from .people import Demo, acting

AT, LATER = time(11, 25), timedelta(minutes=6)
# Of a tenant: who writes about its latest failure, what first, what then.
WRITTEN = {
    "acme": ("alice@acme.example", "Asked: a new laptop.", "Asked: a new laptop, and a password from the old one."),
    "globex": ("charlie@globex.example", "Ticket 318.", "Ticket 318: the phone was on another keyboard."),
}
DELETED = "Wrong event."


def load(demo: Demo) -> None:
    """In the owner's transaction."""
    for slug, (email, first, then) in WRITTEN.items():
        tenant, person = demo.tenants[slug], demo.people[email]
        day = working_day(demo.until.date() - timedelta(days=1), -1)
        moment = moment_of(day, AT, person.user.time_zone)
        with acting(person.user, moment, person.stations[0].client):
            failures = LoginEvent.objects.for_tenant(tenant.pk).filter(status=Status.FAILURE, user_id__isnull=False)
            event = failures.during(demo.since, moment).newest_first()[0]
            note = _write(tenant, event, person.user, first, moment)
            backdating.record_as_of(moment + LATER)
            note.former = [{"text": first, "until": (moment + LATER).isoformat()}]
            note.text, note.edited_at = then, moment + LATER
            note.save(update_fields=["text", "former", "edited_at"])
            backdating.record_as_of(moment + 2 * LATER)
            wrong = _write(tenant, event, person.user, DELETED, moment + 2 * LATER)
            backdating.record_as_of(moment + 3 * LATER)
            wrong.delete()
            Tenant.objects.filter(pk=tenant.pk).update(has_notes=True)


def _write(tenant: Tenant, event: LoginEvent, author: User, text: str, moment: datetime) -> Note:
    return Note.objects.create(
        tenant=tenant,
        record="login-activity",
        event=event.pk,
        about=str(event),
        text=text,
        author=author.pk,
        author_name=author.name,
        written_at=moment,
    )
