"""The cast: Alice (Super Admin) and Bob (Developer) of Acme, Charlie of Globex, Erin of Initech (an aggregator
that owns Globex), Dana of support. All with the same password."""

from __future__ import annotations

from dataclasses import dataclass

from django.test import Client

from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Edition, Role, Tenant, User, UserStatus
from wisely_security.tenancy.sign_in.accounts import create_tenant

PASSWORD = "correct horse battery"
WINDOWS_CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36"
)


@dataclass(frozen=True, slots=True)
class Cast:
    acme: Tenant
    globex: Tenant
    initech: Tenant
    alice: User
    bob: User
    charlie: User
    erin: User
    dana: User


def person(name: str, email: str, **fields: object) -> User:
    user = User(name=name, email=email, **{"status": UserStatus.ACTIVE, **fields})
    user.set_password(PASSWORD)
    return user


def add_member(tenant: Tenant, role_key: str, user: User) -> User:
    with acting_as(tenant_id=tenant.pk):
        user.tenant, user.role = tenant, Role.objects.get(tenant=tenant, key=role_key)
        user.save()
    return user


def create_cast() -> Cast:
    alice = person("Alice Adams", "alice@acme.example", time_zone="Asia/Kolkata")
    charlie = person("Charlie Clark", "charlie@globex.example", time_zone="America/New_York")
    erin = person("Erin Evans", "erin@initech.example", time_zone="Europe/London")
    initech = create_tenant("Initech", "initech", Edition.AGGREGATOR, super_admin=erin)
    globex = create_tenant("Globex", "globex", Edition.ENTERPRISE, super_admin=charlie, aggregator=initech)
    acme = create_tenant("Acme", "acme", Edition.ENTERPRISE, super_admin=alice)
    bob = add_member(acme, "developer", person("Bob Brown", "bob@acme.example"))
    dana = person("Dana Diaz", "dana@wisely.example")
    with acting_as(support=True):
        dana.save()
    return Cast(acme, globex, initech, alice, bob, charlie, erin, dana)


def sign_in(user: User, client: Client | None = None) -> Client:
    """Sign in as a person would, through the page."""
    client = client or Client(headers={"user-agent": WINDOWS_CHROME})
    response = client.post("/sign-in/", {"username": user.email, "password": PASSWORD})
    assert response.status_code == 302, response.content.decode()
    return client
