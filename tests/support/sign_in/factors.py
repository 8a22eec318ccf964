"""Second factors of the cast, and signing in with them as a person would."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django_otp.oath import totp

from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import AuthenticatorApp, User
from wisely_security.tenancy.sign_in.factors.codes import STEP, new_seed
from wisely_security.tenancy.sign_in.factors.encryption import encrypt
from wisely_security.tenancy.sign_in.factors.recovery import make_codes

from ..cast import PASSWORD, WINDOWS_CHROME

HERE = "http://testserver"


def give_app(user: User, name: str = "Phone") -> bytes:
    """An app whose codes of now have not been used; nothing of it is recorded. Returns its seed."""
    seed = new_seed()
    with acting_as(**user.own_scope):
        stored = encrypt(seed, user.pk)
        AuthenticatorApp.objects.create(tenant_id=user.tenant_id, user=user, name=name, seed=stored, last_step=0)
        User.objects.filter(pk=user.pk).update(has_second_factor=True)
    user.has_second_factor = True
    return seed


def give_recovery_codes(user: User) -> list[str]:
    with acting_as(**user.own_scope):
        return make_codes(user)


def code_at(seed: bytes, steps: int = 0) -> str:
    """The code of now, or of some half minutes later."""
    return f"{totp(seed, t0=-steps * STEP):06}"


def wrong_code(seed: bytes) -> str:
    right = {code_at(seed, steps) for steps in (-1, 0, 1)}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in right)


def password_step(user: User, client: Client | None = None, *, next_path: str = "/") -> tuple[Client, Any]:
    client = client or Client(headers={"user-agent": WINDOWS_CHROME})
    answer = client.post("/sign-in/", {"username": user.email, "password": PASSWORD, "next": next_path})
    assert answer.status_code == 302
    return client, answer


def type_code(client: Client, code: str, **fields: str) -> Any:
    return client.post("/sign-in/code/", {"code": code, **fields}, headers={"origin": HERE})


def sign_in_with(user: User, code: str) -> Client:
    client, _ = password_step(user)
    assert type_code(client, code).status_code == 302
    return client
