"""From old keys of FACTOR_KEYS to the first one: which secrets are still encrypted with which, and encrypting them."""

from __future__ import annotations

from base64 import b64decode
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from wisely_security.core.request_context import acting_as
from wisely_security.database.rules import rule

from ...models import AuthenticatorApp
from .encryption import NAME_BYTES, NoKeyError, decrypt, encrypt, is_current, keys


@dataclass(slots=True)
class Outcome:
    """``unreadable``: the ids of apps that no key of FACTOR_KEYS opens."""

    rotated: int = 0
    unreadable: list[str] = field(default_factory=list)


def in_use() -> tuple[list[int], int]:
    """How many secrets are encrypted with each of FACTOR_KEYS, in their order, and with none of them."""
    names: Counter[bytes] = Counter()
    with acting_as(support=True):
        for seed in AuthenticatorApp.objects.values_list("seed", flat=True).iterator():
            names[b64decode(seed)[:NAME_BYTES]] += 1
    known = list(keys())
    return [names.pop(name, 0) for name in known], names.total()


def to_rotate() -> list[AuthenticatorApp]:
    with acting_as(support=True):
        apps = AuthenticatorApp.objects.select_related("user")
        return [app for app in apps.iterator(chunk_size=1_000) if not is_current(app.seed)]


def rotate(apps: list[AuthenticatorApp], outcome: Outcome) -> Generator[AuthenticatorApp]:
    """Encrypt each with the first key, in a transaction of its own: whatever interrupts it, each is as it was or done.

    One that was used meanwhile has been encrypted again by that, or was removed; neither is touched.
    """
    for app in apps:
        try:
            seed = encrypt(decrypt(app.seed, app.user_id), app.user_id)
        except NoKeyError:
            outcome.unreadable.append(str(app.pk))
        else:
            with acting_as(**app.user.own_scope):
                outcome.rotated += AuthenticatorApp.objects.filter(pk=app.pk, seed=app.seed).update(seed=seed)
        yield app


@rule
def older_keys_are_no_longer_used() -> Iterator[checks.CheckMessage]:
    try:
        (_, *older), with_none = in_use()
    except ImproperlyConfigured:  # wisely_security.E033
        return
    if with_none:
        yield checks.Error(
            f"{with_none:,} authenticator apps cannot be used: FACTOR_KEYS lacks the key of their secrets.",
            hint="Put the key back behind the first one, then run manage.py rotate_factor_keys.",
            id="wisely_security.E035",
        )
    if any(older):
        yield checks.Warning(
            f"{sum(older):,} secrets of authenticator apps are encrypted with older keys of FACTOR_KEYS.",
            hint="Run manage.py rotate_factor_keys, then remove the older keys.",
            id="wisely_security.W004",
        )
    elif older:
        yield checks.Warning(
            "Nothing is encrypted with the older keys of FACTOR_KEYS.",
            hint="Keep the first key alone.",
            id="wisely_security.W005",
        )
