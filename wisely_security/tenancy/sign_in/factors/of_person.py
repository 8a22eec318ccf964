"""The second factors of a person: which there are, adding, removing, resetting and using them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.utils.crypto import get_random_string

from wisely_security.core.request_context import acting_as

from ...models import AuthenticatorApp, Passkey, RecoveryCode, User
from ...models.factors import Factor
from .. import signals
from ..accounts import set_password
from ..signals import SessionEnd
from .codes import use_app_code
from .recovery import looks_like_one, use_recovery_code

# Every kind of device. A person with one of any kind has a second factor.
KINDS: list[type[Factor]] = [AuthenticatorApp, Passkey]


@dataclass(frozen=True, slots=True)
class Used:
    """What somebody has confirmed a sign-in with. ``codes_left``: of recovery codes, after one was used."""

    factor: str
    codes_left: int | None = None


def factors_of(user: User) -> list[Factor]:
    """In the person's own scope."""
    return [factor for kind in KINDS for factor in kind._default_manager.filter(user=user)]


def use_code(user: User, code: str) -> Used:
    """Whatever code it is: of an app, or for recovery. Raises CodeRefusedError or LockedOutError.

    Commits on its own: a code that was used stays so, whatever goes wrong after it. Refusals are recorded by callers.
    """
    with acting_as(**user.own_scope):
        signals.factor_attempt.send(User, user=user)
        if looks_like_one(code):
            return Used("Recovery code", use_recovery_code(user, code))
        return Used(use_app_code(user, code).label)


@transaction.atomic
def add(factor: Factor) -> bool:
    """Save a new device. Whether it is the person's first."""
    user = factor.user
    with _locked(user):
        first = not factors_of(user)
        factor.tenant_id = user.tenant_id
        factor.save(force_insert=True)
        _note_whether_there_is_one(user)
        signals.factor_added.send(User, user=user, factor=factor.label)
    return first


@transaction.atomic
def rename(factor: Factor, name: str) -> bool:
    """Whether it has another name now."""
    user, before = factor.user, factor.name
    if name == before:
        return False
    with _locked(user):
        if not type(factor)._default_manager.filter(pk=factor.pk).update(name=name):
            return False
        factor.name = name
        signals.factor_renamed.send(User, user=user, factor=factor.label, before=before, after=name)
    return True


@transaction.atomic
def remove(factor: Factor) -> None:
    """Without any device, recovery codes open nothing: they go with the last."""
    user, what = factor.user, factor.label
    with _locked(user):
        if not type(factor)._default_manager.filter(pk=factor.pk).delete()[0]:
            return
        if not _note_whether_there_is_one(user):
            RecoveryCode.objects.filter(user=user).delete()
        signals.factor_removed.send(User, user=user, factor=what)


@transaction.atomic
def reset(user: User, by: User | None, checked: str) -> list[str]:
    """Remove all of them, for a person who has lost them, and end the sessions. What they were, in words.

    Who they are is made sure of as when they joined: somebody who knows them vouches (``checked``: how they made sure
    of it), and they get in by a link to their mailbox, for the password opens nothing any more (OWASP ASVS 5.0, 6.4.4).
    """
    with _locked(user):
        had = [factor.label for factor in factors_of(user)]
        for kind in KINDS:
            kind._default_manager.filter(user=user).delete()
        RecoveryCode.objects.filter(user=user).delete()
        _note_whether_there_is_one(user)
        if had:
            set_password(user, get_random_string(64), cause=SessionEnd.FACTORS_RESET)
        signals.factors_reset.send(User, user=user, factors=had, by=by, checked=checked)
    return had


def _note_whether_there_is_one(user: User) -> bool:
    user.has_second_factor = any(kind._default_manager.filter(user=user).exists() for kind in KINDS)
    User.objects.filter(pk=user.pk).update(has_second_factor=user.has_second_factor)
    return user.has_second_factor


@contextmanager
def _locked(user: User) -> Iterator[None]:
    """In the person's scope, one change at a time."""
    with acting_as(**user.own_scope):
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        yield
