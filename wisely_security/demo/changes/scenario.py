"""Where a tenant's story is played: its people open the pages and send the forms, each at a moment of the past.

The pages do the rest, as for everybody: they check, refuse, change and notify, and their events are those of the hook
and the recorder.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from ipaddress import ip_address
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField

from audit_trail.models import AuditEvent
from audit_trail.vocabulary import Code
from wisely_security.demo import backdating
from wisely_security.demo.patterns import Dice, Person, moment_at
from wisely_security.demo.people import acting, working_day
from wisely_security.request_context import Actor, Client, RequestContext, acting_as, current, using
from wisely_security.tenancy.models import Role, Tenant, User, UserStatus
from wisely_security.workspace.api.recording import record_all
from wisely_security.workspace.forms import record_fingerprint
from wisely_security.workspace.modules.access_accounts import AccessAccount
from wisely_security.workspace.modules.waba_numbers import WabaNumber
from wisely_security.workspace.outbox.delivery import deliver_next
from wisely_security.workspace.section import Section, section_of

from .everyday import Everyday
from .pages import Typed, filled_in, is_done

STARTS, ENDS = time(9), time(17, 45)  # of a working day
EARLIER = "as it was some time ago"  # what somebody saw who has had a page open for too long
SOON = timedelta(seconds=25)


class Stage:
    """Steps are told in the order of time. Each comes a little after the last, in the working hours of its person."""

    def __init__(
        self, tenant: Tenant, team: list[Person], everyday: Everyday, dice: Dice, since: datetime, until: datetime
    ) -> None:
        self._tenant = tenant
        self._team = {person.user.email.partition("@")[0]: person for person in team}
        self._everyday = everyday
        self._dice = dice
        self._now, self._until = since, until

    def people(self, *names: str) -> list[Person]:
        """By what stands before the @ of their e-mail addresses."""
        return [self._team[name] for name in names]

    def role(self, key: str) -> Role:
        with acting_as(tenant_id=self._tenant.pk):
            return Role.objects.get(tenant=self._tenant, key=key)

    def day(self, days_ago: int) -> None:
        """What follows happens so many days before the end, or as soon after as there is a working hour."""
        self._now = max(self._now, self._until - timedelta(days=days_ago))

    def ordinary_days_begin(self) -> None:
        with acting_as(tenant_id=self._tenant.pk):
            numbers = list(WabaNumber.objects.filter(tenant=self._tenant))
        self._everyday.begin(self._now, numbers)

    def add(self, who: Person, model: type[Any], *, fails: Code | None = None, **typed: Any) -> Any:
        """Returns the new record, or ``None`` where it fails."""
        section = _section(model)
        with self._at_work(who) as user:
            form = (section.add_form or section.form)(tenant=self._tenant, user=user)
            before = list(section.records(self._tenant).values_list("pk", flat=True))
            self._send(user, section.add_url(), filled_in(form, typed), fails)
            if fails:
                return None
            record = section.records(self._tenant).exclude(pk__in=before).get()
            self._date_back(record)
            self._everyday.knows(record)
            return record

    def edit(self, who: Person, record: Any, *, fails: Code | None = None, **typed: Any) -> None:
        section = _section(type(record))
        with self._at_work(who) as user:
            form = section.form(instance=self._current(record), tenant=self._tenant, user=user)
            self._send(user, section.edit_url(record.pk), filled_in(form, typed), fails)

    def do(self, who: Person, record: Any, key: str, *, fails: Code | None = None, **typed: Any) -> None:
        """One of the verbs of the record's section."""
        section = _section(type(record))
        verb = next(verb for verb in section.verbs if verb.key == key)
        with self._at_work(who) as user:
            shown = self._current(record)
            sent: Typed = {"seen": record_fingerprint(shown)}
            if verb.form:
                sent = filled_in(verb.form(instance=shown, tenant=self._tenant, user=user), typed)
            self._send(user, section.verb_url(verb, record.pk), sent, fails)
            if verb.leaves and not fails:
                self._everyday.forgets(record)
            else:
                self._date_back(self._current(record), shown)

    def guess(self, who: Person, model: type[Any]) -> None:
        """Try the address of a record that is another tenant's, or nobody's."""
        with self._at_work(who) as user:
            unknown = UUID(int=self._dice.getrandbits(128), version=4)
            self._send(user, _section(model).url(unknown), None, Code.NOT_FOUND)

    def accept(self, guest: User, *, like: Person) -> None:
        """Somebody whom the story has invited accepts, who works where and when ``like`` does."""
        with acting_as(tenant_id=self._tenant.pk):
            user = User.objects.select_related("tenant").get(pk=guest.pk)
        self._pass_time(like)
        with acting(user, self._now, self._client(like)):
            user.status, user.password = UserStatus.ACTIVE, like.user.password
            user.save(update_fields=["status", "password"])

    def report(self, account: AccessAccount, address: str, **event: Any) -> None:
        """Another service reports an event with the key of an access account."""
        self._now += SOON
        self._everyday.work(self._now)
        actor = Actor(
            kind="api",
            id=account.pk,
            name=account.label,
            email="",
            tenant_id=self._tenant.pk,
            tenant_name=self._tenant.name,
        )
        request_id = UUID(int=self._dice.getrandbits(128), version=4)
        client = Client(address=ip_address(address))
        with using(RequestContext(tenant_id=self._tenant.pk, actor=actor, client=client, request_id=request_id)):
            backdating.record_as_of(self._now)
            record_all(self._tenant.pk, [event])

    @contextmanager
    def _at_work(self, who: Person) -> Iterator[User]:
        """One request of somebody, and the e-mails that follow."""
        self._pass_time(who)
        with acting(who.user, self._now, self._client(who)):
            yield User.objects.select_related("tenant", "role").get(pk=who.user.pk)
        backdating.record_as_of(self._now + SOON)
        while deliver_next():
            pass

    def _pass_time(self, who: Person) -> None:
        """On to the next moment at which somebody works; what happens every day up to then happens."""
        self._now = max(self._now + timedelta(seconds=self._dice.randrange(60, 1800)), moment_at(who.since))
        local = self._now.replace(microsecond=0).astimezone(who.zone)
        day = working_day(local.date() + timedelta(days=local.time() > ENDS), 1)
        morning = datetime.combine(day, STARTS, who.zone)
        if local < morning:
            local = morning + timedelta(seconds=self._dice.randrange(5400))
        self._now = local.astimezone(self._until.tzinfo)
        if self._now >= min(self._until, moment_at(who.until)):
            raise ValueError(f"{who.user} is not there any more on {self._now}.")
        self._everyday.work(self._now)

    def _client(self, who: Person) -> Client:
        [station] = self._dice.choices(who.stations, who.odds)
        return station.client

    def _current(self, record: Any) -> Any:
        return _section(type(record)).records(self._tenant).get(pk=record.pk)

    def _date_back(self, record: Any, before: Any = None) -> None:
        """What this request has stamped with the real time, which no event tells."""
        names = [field.attname for field in record._meta.concrete_fields if isinstance(field, DateTimeField)]
        stamped = [name for name in names if getattr(record, name) not in (None, getattr(before, name, None))]
        type(record).objects.filter(pk=record.pk).update(**dict.fromkeys(stamped, self._now))

    def _send(self, user: User, url: str, typed: Typed | None, fails: Code | None) -> None:
        """Raises ValueError where something else comes of it than the story says."""
        told = None
        if not is_done(user, self._tenant, url, typed):
            told = AuditEvent.objects.for_tenant(self._tenant.pk).get(request_id=current().request_id)
        if (told and told.reason_code) != fails:
            raise ValueError(f"{user} at {url}: {told.reason if told else 'done'} – the story says {fails or 'done'}.")


def _section(model: type[Any]) -> Section:
    section = section_of(model)
    if section is None:
        raise ValueError(f"{model} has no pages.")
    return section
