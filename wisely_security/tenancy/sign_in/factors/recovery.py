"""Recovery codes: ten of them, each for one sign-in without the device."""

from __future__ import annotations

import secrets
from base64 import b32encode
from hashlib import sha256

from django.db import transaction

from ...models import RecoveryCode, User
from .codes import CodeRefusedError

COUNT, CODE_BYTES, GROUP = 10, 15, 6  # 120 bits each, in four groups of letters and digits
LENGTH = CODE_BYTES * 8 // 5
# What people read for another: base32 has neither 0, 1, 8 nor 9.
_MEANT = str.maketrans("018", "OIB")


def _normal(code: str) -> str:
    return "".join(each for each in code.upper() if each.isalnum()).translate(_MEANT)


def _hash(code: str) -> str:
    """SHA-256. Without salt or stretching: nobody guesses 120 bits of chance (OWASP ASVS 5.0, 6.5.2)."""
    return sha256(code.encode()).hexdigest()


def looks_like_one(code: str) -> bool:
    """Whether somebody who types this means a recovery code, not one of an app."""
    return len(_normal(code)) > LENGTH // 2


@transaction.atomic
def make_codes(user: User) -> list[str]:
    """A new set, which replaces the one before. What is returned is shown once and not kept."""
    RecoveryCode.objects.filter(user=user).delete()
    codes = [b32encode(secrets.token_bytes(CODE_BYTES)).decode() for _ in range(COUNT)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(tenant_id=user.tenant_id, user=user, code_hash=_hash(code)) for code in codes
    )
    return ["-".join(code[at : at + GROUP] for at in range(0, LENGTH, GROUP)) for code in codes]


def use_recovery_code(user: User, code: str) -> int:
    """Use one up, and return how many are left. Raises CodeRefusedError. In the person's own scope."""
    deleted, _ = RecoveryCode.objects.filter(user=user, code_hash=_hash(_normal(code))).delete()
    if not deleted:
        raise CodeRefusedError("wrong_code")
    return codes_left(user)


def codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(user=user).count()
