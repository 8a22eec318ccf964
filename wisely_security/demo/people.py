"""The demo's companies and people. Who they are stands in ``people.csv``; all have the demo's password."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from hashlib import sha256
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password

from wisely_security.core.request_context import Client, RequestContext, acting_as, using
from wisely_security.demo import backdating
from wisely_security.tenancy.accounts import create_tenant
from wisely_security.tenancy.demo_password import DEMO_PASSWORD
from wisely_security.tenancy.models import Edition, Role, Tenant, User, UserStatus

SIGN_INS = {
    "alice@acme.example": "Super Admin of the enterprise Acme",
    "bob@acme.example": "Acme, Developer: may see neither record",
    "charlie@globex.example": "Super Admin of the enterprise Globex",
    "erin@initech.example": "Super Admin of the aggregator Initech, which owns Globex",
    "dana@wisely.example": "support staff (Django admin, /admin/)",
}
# Slug: name, edition, slug of the aggregator, e-mail of the Super Admin. An aggregator stands before what it owns.
TENANTS = {
    "initech": ("Initech", Edition.AGGREGATOR, "", "erin@initech.example"),
    "globex": ("Globex", Edition.ENTERPRISE, "initech", "charlie@globex.example"),
    "acme": ("Acme", Edition.ENTERPRISE, "", "alice@acme.example"),
}

SUSPENDED_DAYS_AGO = 13
INVITED, ACCEPTED, SUSPENDED = time(10, 30), time(9, 40), time(15, 15)  # of a working day
NOWHERE = Client()


class Found(Enum):
    """What a database holds before it is seeded."""

    NOTHING = "nothing"
    DEMO = "the demo"
    OTHERS = "tenants or users that the demo did not make"


def found() -> Found:
    """The demo is known by its tenants: all of them and no others, each with the Super Admin it has in the demo."""
    with acting_as(support=True):
        found = dict(Tenant.objects.values_list("slug", "super_admin__email"))
        if not found and not User.objects.exists():
            return Found.NOTHING
    return Found.DEMO if found == {slug: facts[3] for slug, facts in TENANTS.items()} else Found.OTHERS


@dataclass(frozen=True, slots=True)
class Demo:
    """What was made: tenants by slug, users by e-mail, each user with its tenant and role loaded."""

    tenants: dict[str, Tenant]
    users: dict[str, User]


def create(until: datetime, client_of: Callable[[User], Client] = lambda user: NOWHERE) -> Demo:
    """Create everybody, in the caller's transaction, as they joined: counted back in days from ``until``.

    ``client_of``: where somebody works from.
    """
    encoded = make_password(DEMO_PASSWORD)  # once: each takes as long as a sign-in
    rows = _people()
    users = {email: _user(row, rows, encoded, until) for email, row in rows.items()}
    tenants: dict[str, Tenant] = {}
    for slug, (name, edition, aggregator, super_admin) in TENANTS.items():
        owner = users[super_admin]
        with acting(None, owner.created_at):
            tenants[slug] = create_tenant(name, slug, edition, super_admin=owner, aggregator=tenants.get(aggregator))
        with acting_as(tenant_id=tenants[slug].pk):
            Tenant.objects.filter(pk=tenants[slug].pk).update(created_at=owner.created_at)
            roles = {role.key: role for role in Role.objects.filter(tenant=tenants[slug])}
        for email, row in rows.items():
            if row["tenant"] == slug and email != super_admin:
                users[email].tenant, users[email].role = tenants[slug], roles[row["role"]]
                _join(users[email], owner, until, client_of)
    with acting_as(support=True):
        for email, row in rows.items():
            if not row["tenant"]:
                with acting(None, users[email].created_at, support=True):
                    users[email].save(force_insert=True)
    return Demo(tenants, users)


def _join(user: User, owner: User, until: datetime, client_of: Callable[[User], Client]) -> None:
    """Invited by the Super Admin; most have accepted, some are suspended since."""
    becomes = user.status
    user.status = UserStatus.PENDING
    with acting(owner, user.created_at, client_of(owner)):
        user.save(force_insert=True)
    if becomes != UserStatus.PENDING:
        with acting(user, accepted_at(user), client_of(user)):
            _become(user, UserStatus.ACTIVE)
    if becomes == UserStatus.SUSPENDED:
        with acting(owner, suspended_at(user, until), client_of(owner)):
            _become(user, UserStatus.SUSPENDED)


def _become(user: User, status: UserStatus) -> None:
    user.status = status
    user.save(update_fields=["status"])


@contextmanager
def acting(
    user: User | None, moment: datetime, client: Client = NOWHERE, *, support: bool = False
) -> Iterator[RequestContext]:
    """What somebody (``None``: the system) does in one request at that moment, in the caller's transaction."""
    request = sha256(f"{user.email} {moment}".encode()).digest()[:16] if user else None
    context = RequestContext(
        tenant_id=user.tenant_id if user else None,
        support=support,
        actor=user.as_actor() if user else None,
        client=client,
        request_id=UUID(bytes=request, version=4) if request else None,
    )
    with using(context):
        backdating.record_as_of(moment)
        yield context
        backdating.settle()


def working_day(day: date, step: int) -> date:
    """The day, or the next one (``step`` 1) or the last one (-1) that is none of a weekend."""
    while day.weekday() >= 5:
        day += timedelta(days=step)
    return day


def moment_of(day: date, at: time, zone: str) -> datetime:
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def accepted_at(user: User) -> datetime:
    """When somebody accepted the invitation."""
    invited = user.created_at.astimezone(ZoneInfo(user.time_zone)).date()
    return moment_of(working_day(invited + timedelta(days=1), 1), ACCEPTED, user.time_zone)


def suspended_at(user: User, until: datetime) -> datetime:
    day = until.date() - timedelta(days=SUSPENDED_DAYS_AGO)
    return moment_of(working_day(day, -1), SUSPENDED, user.time_zone)


def existing() -> Demo:
    """The demo that ``found`` has found."""
    with acting_as(support=True):
        users = User.objects.select_related("tenant", "role").filter(email__in=_people())
        return Demo({tenant.slug: tenant for tenant in Tenant.objects.all()}, {user.email: user for user in users})


def sign_ins() -> dict[str, str]:
    """Who of those to sign in as is there."""
    with acting_as(support=True):
        there = set(User.objects.filter(email__in=SIGN_INS).values_list("email", flat=True))
    return {email: who for email, who in SIGN_INS.items() if email in there}


def first_day(until: datetime) -> date:
    """A day before anybody of the demo was invited."""
    longest = max(int(row["joined_days_ago"]) for row in _people().values())
    return until.date() - timedelta(days=longest + 7)


def _people() -> dict[str, dict[str, str]]:
    with (Path(__file__).parent / "people.csv").open(encoding="utf-8", newline="") as table:
        return {row["email"]: row for row in csv.DictReader(table)}


def _user(row: dict[str, str], rows: dict[str, dict[str, str]], encoded: str, until: datetime) -> User:
    inviting = rows[TENANTS[row["tenant"]][3]] if row["tenant"] else row
    day = until.date() - timedelta(days=int(row["joined_days_ago"]))
    return User(
        email=row["email"],
        name=row["name"],
        status=row["status"],
        time_zone=row["time_zone"],
        password=encoded,
        created_at=moment_of(working_day(day, -1), INVITED, inviting["time_zone"]),
    )
