"""What anybody can ask without signing in that is about an account: with one of each kind, and with nobody's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.db import connections
from django.test import Client
from django.urls import reverse

from tests.support.cast import Cast
from tests.support.sign_in.passkeys import Device, answer, encoded
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Passkey, Role, User, UserStatus
from wisely_security.tenancy.sign_in.links import tokens

NOBODYS = "nobody's"
STATUS = {"active": UserStatus.ACTIVE, "suspended": UserStatus.SUSPENDED, "pending": UserStatus.PENDING}
Request = Callable[[], Any]  # sends it
AN_HOUR = 16  # failures, after which an account waits so long


@dataclass(frozen=True, slots=True)
class Door:
    """``request``: prepares, with a client, what is sent about one of ``asked``, by kind. ``nobodys``: another one that
    nobody has, each time. ``before``: what happens before each round."""

    page: str
    request: Callable[[Client, Any], Request]
    asked: dict[str, Sequence[Any]]
    nobodys: Callable[[], Any]
    before: Sequence[str] = field(default_factory=tuple)


FLOOD_OF_NAMES = (
    "INSERT INTO login_activity_admitted (tenant_id, account, network) "
    "SELECT NULL, n || '@flood.example', '198.18.0.0'::inet + n FROM generate_series(1, 300) AS n"
)


def doors(cast: Cast, number: int) -> Iterable[Door]:
    people = {kind: _people(cast, kind, status, number) for kind, status in STATUS.items()}
    _familiar(people["active"])
    names = {NOBODYS: [_name() for _ in range(number)]}
    names |= {kind: [each.email for each in these] for kind, these in people.items()}
    yield Door("Sign in", _sign_in, names, _name)
    both = {kind: names[kind] for kind in (NOBODYS, "active")}
    yield Door("Sign in, while names are flooded", _sign_in, both, _name, [FLOOD_OF_NAMES])
    _lock(both)
    yield Door("Sign in, locked", _sign_in, both, _name)
    yield Door("Forgot your password?", _forgot, names, _name)
    links: dict[str, Sequence[Any]] = {NOBODYS: [uuid4() for _ in range(number)]}
    links |= {kind: [each.pk for each in these] for kind, these in people.items()}
    token = tokens.make_token(cast.bob)  # well formed, of now, and not theirs
    yield Door("Link to a new password", _link("password_reset_confirm", token), links, uuid4)
    yield Door("Invitation", _link("accept_invitation", token), links, uuid4)
    devices = {NOBODYS: [Device() for _ in range(number)]}
    devices |= {kind: [passkey_of(each) for each in people[kind]] for kind in ("active", "suspended")}
    yield Door("Passkey, wrongly signed", _passkey_sign_in, devices, Device)


def _name() -> str:
    return f"x{uuid4().int % 10**12:012}@acme.example"


def _people(cast: Cast, kind: str, status: UserStatus, number: int) -> list[User]:
    with acting_as(tenant_id=cast.acme.pk):
        role = Role.objects.get(key="developer", tenant=cast.acme)
        password = make_password(None if status == UserStatus.PENDING else "correct horse battery")
        return [
            User.objects.create(tenant=cast.acme, role=role, email=_name(), name=kind, status=status, password=password)
            for _ in range(number)
        ]


def _familiar(people: Sequence[User]) -> None:
    """As if each had signed in with one browser, from one network."""
    with connections["owner"].cursor() as cursor:
        ids = [each.pk for each in people]
        for column, value in (("token", "md5(id::text)"), ("network", "'192.0.2.7'")):
            cursor.execute(
                f"INSERT INTO login_activity_familiar (user_id, {column}) SELECT id, {value} FROM unnest(%s) AS id",
                [ids],
            )


def _lock(names: dict[str, Sequence[str]]) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO login_activity_guess (account, counted) SELECT name, '' FROM unnest(%s) AS name, "
            "generate_series(1, %s)",
            [[name for these in names.values() for name in these], AN_HOUR],
        )


def passkey_of(user: User) -> Device:
    """Theirs by its name, but it signs with another key."""
    device, theirs = Device(handle=user.pk.bytes), Device()
    public = theirs.public_key()
    with acting_as(**user.own_scope):
        Passkey.objects.create(
            user=user, tenant_id=user.tenant_id, name="Laptop", credential_id=encoded(device.key_id), public_key=public
        )
    return device


def _sign_in(client: Client, name: str) -> Request:
    return lambda: client.post("/sign-in/", {"username": name, "password": "not it"})


def _forgot(client: Client, name: str) -> Request:
    return lambda: client.post("/password-reset/", {"email": name})


def _link(view: str, token: str) -> Callable[[Client, Any], Request]:
    return lambda client, person: lambda: client.get(reverse(view, args=[person, token]))


def _passkey_sign_in(client: Client, device: Device) -> Request:
    signed = answer(client, device)
    return lambda: client.post("/sign-in/passkey/", {"answer": signed})
