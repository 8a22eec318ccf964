"""Plays a tenant's scenario: its people open the pages and send the forms, each at a moment of the past.

The pages do the rest, as for everybody: they check, refuse, change and notify, and their events are those of the hook
and the recorder. The scenarios stand in TOML files: what happens so many days before the end, step by step, in the
order of time. ``"@name"`` is a person, a record that was ``called`` so, or ``"@role:key"``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField

from audit_trail.models import AuditEvent
from wisely_security.core.request_context import Actor, Client, RequestContext, acting_as, current, using
from wisely_security.tenancy.models import Role, Tenant, User, UserStatus
from wisely_security.workspace.api.recording import record_all
from wisely_security.workspace.modules.waba_numbers import WabaNumber
from wisely_security.workspace.outbox.delivery import deliver_next
from wisely_security.workspace.pages.forms import record_version
from wisely_security.workspace.pages.resource_page import ResourcePage, resource_pages

from .. import backdating
from ..patterns import Person, Rng, moment_at, working_day
from ..people import Demo, acting
from .everyday import Everyday
from .fake_mail import fake_mail
from .forms import Typed, filled_in, is_done

STARTS, ENDS = time(9), time(17, 45)  # of a working day
SOON = timedelta(seconds=25)


class Scenario:
    """Each step comes a little after the last, in the working hours of its person."""

    def __init__(self, demo: Demo, tenant: Tenant, team: list[Person], everyday: Everyday, rng: Rng) -> None:
        self._tenant, self._everyday, self._rng = tenant, everyday, rng
        self._team = {person.user.email.partition("@")[0]: person for person in team}
        self._now, self._until = demo.since, demo.until
        self._pages = {page.model.__name__: page for page in resource_pages()}
        with acting_as(tenant_id=tenant.pk):
            roles = {f"role:{role.key}": role for role in Role.objects.filter(tenant=tenant)}
        self._named: dict[str, Any] = {name: person.user for name, person in self._team.items()} | roles

    def play(self, path: Path) -> None:
        for days_ago, steps in tomllib.loads(path.read_text(encoding="utf-8")).items():
            self._now = max(self._now, self._until - timedelta(days=int(days_ago)))
            for step in steps:
                self._play(self._resolve(step))

    def _resolve(self, value: Any) -> Any:
        match value:
            case dict():
                return {key: self._resolve(each) for key, each in value.items()}
            case list():
                return [self._resolve(each) for each in value]
            case str() if value.startswith("@"):
                return self._named[value[1:]]
        return value

    def _play(self, step: dict[str, Any]) -> None:
        match step:
            case {"ordinary_days": True}:
                with acting_as(tenant_id=self._tenant.pk):
                    numbers = list(WabaNumber.objects.filter(tenant=self._tenant))
                self._everyday.begin(self._now, numbers)
            case {"accept": guest, "like": like}:
                self._accept(guest, self._team[like])
            case {"report": account, "address": address, "about": record, "event": event}:
                resource = {"type": record._meta.model_name, "id": str(record.pk), "name": str(record)}
                self._report(account, address, event | {"resource": resource})
            case {"who": who}:
                with fake_mail(*step.get("refusing", ())), self._at_work(self._team[who]) as user:
                    self._request(user, step, step.get("typed", {}), step.get("fails", ""))

    def _request(self, user: User, step: dict[str, Any], typed: Typed, fails: str) -> None:
        """One page: ``add`` a model, ``edit`` a record, ``do`` an action ``to`` one, or ``guess`` an address."""
        match step:
            case {"add": model}:
                page = self._pages[model]
                form = (page.add_form or page.form)(tenant=self._tenant, user=user)
                before = list(page.records(self._tenant).values_list("pk", flat=True))
                self._send(user, page.add_url(), filled_in(form, typed), fails)
                if not fails:
                    record = page.records(self._tenant).exclude(pk__in=before).get()
                    self._named[step.get("called", "")] = record
                    self._date_back(record)
                    self._everyday.add(record)
            case {"edit": record}:
                page, shown = self._shown(record)
                form = page.form(instance=shown, tenant=self._tenant, user=user)
                self._send(user, page.edit_url(record.pk), filled_in(form, typed), fails)
            case {"do": key, "to": record}:
                page, shown = self._shown(record)
                action = next(action for action in page.custom_actions if action.key == key)
                sent: Typed = {"seen": record_version(shown)}
                if action.form:
                    sent = filled_in(action.form(instance=shown, tenant=self._tenant, user=user), typed)
                self._send(user, page.custom_action_url(action, record.pk), sent, fails)
                if action.deletes and not fails:
                    self._everyday.remove(record)
                else:
                    self._date_back(self._shown(record)[1], shown)
            case {"guess": model}:
                self._send(user, self._pages[model].url(UUID(self._rng.request_id())), None, fails)

    def _send(self, user: User, url: str, typed: Typed | None, fails: str) -> None:
        """Raises ValueError where something else comes of it than the scenario says."""
        failure = None
        if not is_done(user, self._tenant, url, typed):
            failure = AuditEvent.objects.for_tenant(self._tenant.pk).get(request_id=current().request_id)
        if (failure.reason_code if failure else "") != fails:
            raise ValueError(f"{user} at {url}: {failure.reason if failure else 'done'} – expected {fails or 'done'}.")

    def _shown(self, record: Any) -> tuple[ResourcePage, Any]:
        page = self._pages[type(record).__name__]
        return page, page.records(self._tenant).get(pk=record.pk)

    def _date_back(self, record: Any, before: Any = None) -> None:
        """What this request has stamped with the real time, which no event shows."""
        names = [field.attname for field in record._meta.concrete_fields if isinstance(field, DateTimeField)]
        stamped = [name for name in names if getattr(record, name) not in (None, getattr(before, name, None))]
        type(record).objects.filter(pk=record.pk).update(**dict.fromkeys(stamped, self._now))

    def _accept(self, guest: User, like: Person) -> None:
        """Somebody whom the scenario has invited accepts, who works where and when ``like`` does."""
        with acting_as(tenant_id=self._tenant.pk):
            user = User.objects.select_related("tenant").get(pk=guest.pk)
        self._pass_time(like)
        with acting(user, self._now, like.station(self._rng).client):
            user.status, user.password = UserStatus.ACTIVE, like.user.password
            user.save(update_fields=["status", "password"])

    def _report(self, account: Any, address: str, event: dict[str, Any]) -> None:
        """Another service reports an event with the key of an access account."""
        self._now += SOON
        self._everyday.work(self._now)
        tenant = self._tenant
        actor = Actor(
            kind="api", id=account.pk, name=account.label, email="", tenant_id=tenant.pk, tenant_name=tenant.name
        )
        request_id, client = UUID(self._rng.request_id()), Client(address=ip_address(address))
        with using(RequestContext(tenant_id=tenant.pk, actor=actor, client=client, request_id=request_id)):
            backdating.record_as_of(self._now)
            record_all(tenant.pk, [event])

    @contextmanager
    def _at_work(self, who: Person) -> Iterator[User]:
        """One request of somebody, and the e-mails that follow."""
        self._pass_time(who)
        session = who.at_work(self._now, who.station(self._rng))
        with acting(who.user, self._now, session.station.client, session=session.name):
            yield User.objects.select_related("tenant", "role").get(pk=who.user.pk)
        backdating.record_as_of(self._now + SOON)
        while deliver_next():
            pass

    def _pass_time(self, who: Person) -> None:
        """On to the next moment at which somebody works; what happens every day up to then happens."""
        self._now = max(self._now + timedelta(seconds=self._rng.randrange(60, 1800)), moment_at(who.since))
        local = self._now.replace(microsecond=0).astimezone(who.zone)
        day = working_day(local.date() + timedelta(days=local.time() > ENDS), 1)
        morning = datetime.combine(day, STARTS, who.zone)
        if local < morning:
            local = morning + timedelta(seconds=self._rng.randrange(5400))
        self._now = local.astimezone(self._until.tzinfo)
        if self._now >= min(self._until, moment_at(who.until)):
            raise ValueError(f"{who.user} is not there any more on {self._now}.")
        self._everyday.work(self._now)
