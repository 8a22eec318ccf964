"""The demo's companies and people. Who they are stands in ``demo_people.csv``; all have the demo's password."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

from django.contrib.auth.hashers import make_password

from wisely_security.request_context import acting_as

from .accounts import create_tenant
from .demo_password import DEMO_PASSWORD
from .models import Edition, Role, Tenant, User

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


class Found(Enum):
    """What a database holds before it is seeded."""

    NOTHING = "nothing"
    DEMO = "the demo"
    OTHERS = "tenants or users that the demo did not make"


def look() -> Found:
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


def create(until: datetime) -> Demo:
    """Create everybody, in the caller's transaction. The days on which they joined are counted back from ``until``."""
    encoded = make_password(DEMO_PASSWORD)  # once: each takes as long as a sign-in
    rows = _people()
    users = {email: _user(row, encoded, until) for email, row in rows.items()}
    tenants: dict[str, Tenant] = {}
    for slug, (name, edition, aggregator, super_admin) in TENANTS.items():
        tenants[slug] = create_tenant(
            name, slug, edition, super_admin=users[super_admin], aggregator=tenants.get(aggregator)
        )
        with acting_as(tenant_id=tenants[slug].pk):
            Tenant.objects.filter(pk=tenants[slug].pk).update(created_at=users[super_admin].created_at)
            roles = {role.key: role for role in Role.objects.filter(tenant=tenants[slug])}
            for email, row in rows.items():
                if row["tenant"] == slug and email != super_admin:
                    users[email].tenant, users[email].role = tenants[slug], roles[row["role"]]
                    users[email].save(force_insert=True)
    with acting_as(support=True):
        for email, row in rows.items():
            if not row["tenant"]:
                users[email].save(force_insert=True)
    return Demo(tenants, users)


def existing() -> Demo:
    """The demo that ``look`` has found."""
    with acting_as(support=True):
        users = User.objects.select_related("tenant", "role").filter(email__in=_people())
        return Demo({tenant.slug: tenant for tenant in Tenant.objects.all()}, {user.email: user for user in users})


def _people() -> dict[str, dict[str, str]]:
    with (Path(__file__).parent / "demo_people.csv").open(encoding="utf-8", newline="") as table:
        return {row["email"]: row for row in csv.DictReader(table)}


def _user(row: dict[str, str], encoded: str, until: datetime) -> User:
    return User(
        email=row["email"],
        name=row["name"],
        status=row["status"],
        time_zone=row["time_zone"],
        password=encoded,
        created_at=until - timedelta(days=int(row["joined_days_ago"]), hours=-10),
    )
