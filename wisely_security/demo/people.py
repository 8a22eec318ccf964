"""The demo's companies and people. Who they are stands in ``people.csv``; all have the demo's password."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from enum import Enum
from hashlib import sha256
from uuid import UUID

from django.contrib.auth.hashers import make_password

from wisely_security.core.request_context import Client, RequestContext, acting_as, using
from wisely_security.tenancy.models import Edition, Role, Tenant, User, UserStatus
from wisely_security.tenancy.sign_in.accounts import create_tenant
from wisely_security.tenancy.sign_in.demo_password import DEMO_PASSWORD

from . import DAYS, backdating, read_table
from .patterns import Seed, accepted_at, moment_of, patterns, suspended_at, working_day

SIGN_INS = {
    "alice@acme.example": "Super Admin of the enterprise Acme",
    "bob@acme.example": "Acme, Developer: may see neither record",
    "charlie@globex.example": "Super Admin of the enterprise Globex",
    "erin@initech.example": "Super Admin of the aggregator Initech, which owns Globex",
    "dana@wisely.example": "support staff (Django admin, /admin/)",
}
# Slug: edition, slug of the aggregator, e-mail of the Super Admin. An aggregator stands before what it owns.
TENANTS = {
    "initech": (Edition.AGGREGATOR, "", "erin@initech.example"),
    "globex": (Edition.ENTERPRISE, "initech", "charlie@globex.example"),
    "acme": (Edition.ENTERPRISE, "", "alice@acme.example"),
}
PEOPLE = {row["email"]: row for row in read_table("people.csv")}
INVITED = time(10, 30)  # of a working day


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
    return Found.DEMO if found == {slug: email for slug, (_, _, email) in TENANTS.items()} else Found.OTHERS


class Demo:
    """Tenants by slug and people by e-mail, as they are up to the moment ``until``.

    ``users`` have their tenant and role loaded. ``seed``: what their patterns follow from.
    """

    def __init__(self, tenants: Iterable[Tenant], users: Iterable[User], until: datetime, seed: Seed) -> None:
        self.tenants = {tenant.slug: tenant for tenant in tenants}
        self.people = {user.email: patterns(user, until, seed) for user in users}
        self.since, self.until, self.seed = until - timedelta(days=DAYS), until, seed


def existing(until: datetime, seed: Seed) -> Demo:
    """The demo that ``found`` has found."""
    with acting_as(support=True):
        users = User.objects.select_related("tenant", "role").filter(email__in=PEOPLE)
        return Demo(Tenant.objects.all(), users, until, seed)


def create(until: datetime, seed: Seed = 1) -> Demo:
    """Create everybody, in the caller's transaction, as they joined: counted back in days from ``until``."""
    encoded = make_password(DEMO_PASSWORD)  # once: each takes as long as a sign-in
    users = {email: _user(row, encoded, until) for email, row in PEOPLE.items()}
    tenants: dict[str, Tenant] = {}
    for slug, (edition, aggregator, super_admin) in TENANTS.items():
        owner = users[super_admin]
        with acting(None, owner.created_at):
            tenant = create_tenant(slug.title(), slug, edition, super_admin=owner, aggregator=tenants.get(aggregator))
        tenants[slug] = tenant
        with acting_as(tenant_id=tenant.pk):
            Tenant.objects.filter(pk=tenant.pk).update(created_at=owner.created_at)
            roles = {role.key: role for role in Role.objects.filter(tenant=tenant)}
        for email, user in users.items():
            if PEOPLE[email]["tenant"] == slug and user is not owner:
                user.tenant, user.role = tenant, roles[PEOPLE[email]["role"]]
                _join(user, owner, until, seed)
    for user in users.values():
        if user.is_staff:
            with acting(None, user.created_at, support=True):
                user.save(force_insert=True)
    return Demo(tenants.values(), users.values(), until, seed)


def _user(row: dict[str, str], encoded: str, until: datetime) -> User:
    inviting = PEOPLE[TENANTS[row["tenant"]][2]] if row["tenant"] else row
    day = until.date() - timedelta(days=int(row["joined_days_ago"]))
    return User(
        email=row["email"],
        name=row["name"],
        status=row["status"],
        time_zone=row["time_zone"],
        password=encoded,
        created_at=moment_of(working_day(day, -1), INVITED, inviting["time_zone"]),
    )


def _join(user: User, owner: User, until: datetime, seed: Seed) -> None:
    """Invited by the Super Admin; most have accepted, some are suspended since."""
    status, user.status = user.status, UserStatus.PENDING
    steps = [(owner, user.created_at, UserStatus.PENDING)]
    if status != UserStatus.PENDING:
        steps.append((user, accepted_at(user), UserStatus.ACTIVE))
    if status == UserStatus.SUSPENDED:
        steps.append((owner, suspended_at(user, until), UserStatus.SUSPENDED))
    for actor, moment, user.status in steps:
        with acting(actor, moment, patterns(actor, until, seed).stations[0].client):
            user.save(force_insert=user._state.adding)


@contextmanager
def acting(
    user: User | None, moment: datetime, client: Client | None = None, *, support: bool = False, session: str = ""
) -> Iterator[RequestContext]:
    """What somebody (``None``: the system) does in one request at that moment, in the caller's transaction."""
    request = sha256(f"{user.email} {moment}".encode()).digest()[:16] if user else None
    context = RequestContext(
        tenant_id=user.tenant_id if user else None,
        support=support,
        actor=user.as_actor() if user else None,
        client=client or Client(),
        request_id=UUID(bytes=request, version=4) if request else None,
        session=session,
    )
    with using(context):
        backdating.record_as_of(moment)
        yield context
        backdating.check_deferred()


def sign_ins() -> dict[str, str]:
    """Who of those to sign in as is there."""
    with acting_as(support=True):
        there = set(User.objects.filter(email__in=SIGN_INS).values_list("email", flat=True))
    return {email: who for email, who in SIGN_INS.items() if email in there}


def first_day(until: datetime) -> datetime:
    """A day before anybody of the demo was invited."""
    return until - timedelta(days=max(int(row["joined_days_ago"]) for row in PEOPLE.values()) + 7)
