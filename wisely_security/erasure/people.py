"""Who is meant by an address or a key: all that they are, or were, known by in the records of a tenant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from wisely_security.core.actor_names import ERASED_PERSON, SUPPORT
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.erasure.person import Person
from wisely_security.ledger.models import NO_TENANT
from wisely_security.tenancy.models import Edition, Tenant, User

from .from_archives import known_as as known_as_archived

NAMES = ("name", "email")  # fields of a user, as the Audit Trail names them in changes
FEWEST_LETTERS = 2  # of a text that is looked for


def identify(
    tenant: Tenant | None,
    *,
    email: str = "",
    user: UUID | None = None,
    names: Iterable[str] = (),
    archives: bool = False,
) -> Person:
    """By address or key, and ``names``: whatever else they are known by. Former names and addresses come from events;
    with ``archives`` also from archived ones, which only the owner's commands can read."""
    ids, emails, known_as = {user} if user else set(), {email.strip().lower()} - {""}, set(names)
    tenant_id = tenant.pk if tenant else NO_TENANT
    with acting_as(support=True):
        accounts = User.objects.filter(tenant=tenant)
        found = accounts.filter(pk=user) if user else accounts.filter(email__in=emails)
        for account in found:
            ids.add(account.pk)
            emails.add(account.email)
            known_as.add(account.name)
        logins: Any = LoginEvent.objects.filter(tenant_id=tenant_id)
        changes: Any = AuditEvent.objects.filter(tenant_id=tenant_id)
        for key, theirs in (("user", logins), ("actor", changes)) if not ids else ():  # the account is gone
            its = theirs.filter(**{f"{key}_email__in": emails}).exclude(**{f"{key}_id": None})
            ids.update(its.values_list(f"{key}_id", flat=True).distinct())
        for its_key, name, address in list(known_as_archived(ids, emails, tenant_id)) if archives else ():
            ids.add(its_key)
            known_as.add(name)
            emails.add(address)
        for key, theirs in (("user", logins), ("actor", changes)):
            snapshots = theirs.filter(**{f"{key}_id__in": ids}).values_list(f"{key}_name", f"{key}_email")
            for name, address in snapshots.distinct():
                known_as.add(name)
                emails.add(address)
        for event in changes.filter(resource_type="user", resource_id__in=ids):
            known_as.add(event.resource_name)
            for change in event.changes:
                if change.get("field") in NAMES:
                    known = known_as if change["field"] == "name" else emails
                    known.update(str(change[side]) for side in ("before", "after") if change.get(side))
        of_others = set(accounts.filter(email__in=emails).exclude(pk__in=ids).values_list("email", flat=True))
    emails = {each.lower() for each in emails if "@" in each} - of_others  # an address may have been passed on
    known_as = {each for each in known_as if len(each.strip()) >= FEWEST_LETTERS and each != ERASED_PERSON}
    return Person(frozenset(ids), frozenset(emails), frozenset(known_as))


def elsewhere(person: Person, tenant: Tenant | None) -> list[tuple[UUID, Person]]:
    """In which records they may be, and as whom: their own tenant's; those of no tenant, where they tried to sign in.

    People of an aggregator and of support are guests in others' records, under a name with that of their company.
    """
    found = [(tenant.pk, person)] if tenant else []
    guest = Person(person.ids, person.emails, frozenset())
    found.append((NO_TENANT, guest if tenant else person))
    if tenant is None or tenant.edition == Edition.AGGREGATOR:
        company = tenant.name if tenant else SUPPORT
        guest = Person(person.ids, person.emails, frozenset(f"{name} ({company})" for name in person.names))
        with acting_as(support=True):
            others = Tenant.objects.exclude(pk=tenant.pk if tenant else NO_TENANT).values_list("pk", flat=True)
            found += [(key, guest) for key in others]
    return found
