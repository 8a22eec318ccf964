"""From one key of FACTOR_KEYS to the next: nothing is lost, whatever interrupts it, and checks say how far it is."""

from __future__ import annotations

from base64 import b64encode
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.support.cast import Cast
from tests.support.sign_in.factors import code_at, give_app, sign_in_with
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import AuthenticatorApp
from wisely_security.tenancy.sign_in.factors.encryption import decrypt, encrypt
from wisely_security.tenancy.sign_in.factors.key_rotation import (
    Outcome,
    in_use,
    older_keys_are_no_longer_used,
    rotate,
    to_rotate,
)

OLD, NEW, OTHER = (b64encode(bytes([number]) * 32).decode() for number in (1, 2, 3))


@pytest.fixture
def seeds(cast: Cast, settings: Any) -> dict[Any, bytes]:
    """By person, of two tenants and of support, encrypted with the old key."""
    settings.FACTOR_KEYS = [OLD]
    found = {person.pk: give_app(person) for person in (cast.alice, cast.bob, cast.charlie, cast.dana)}
    settings.FACTOR_KEYS = [NEW, OLD]
    return found


def found() -> list[str]:
    return [str(message.id) for message in older_keys_are_no_longer_used()]


def run() -> str:
    call_command("rotate_factor_keys", stdout=(out := StringIO()))
    return out.getvalue()


def opened() -> dict[Any, bytes]:
    with acting_as(support=True):
        return {app.user_id: decrypt(app.seed, app.user_id) for app in AuthenticatorApp.objects.all()}


def test_all_are_encrypted_with_the_newest_and_the_old_key_is_needed_no_more(
    cast: Cast, seeds: dict[Any, bytes], settings: Any
) -> None:
    assert (in_use(), found()) == (([0, 4], 0), ["wisely_security.W004"])
    assert "4 secrets." in run()
    assert (in_use(), found(), opened()) == (([4, 0], 0), ["wisely_security.W005"], seeds)
    assert run().startswith("Encrypted with the first key: 0 secrets.\nThe other keys are no longer needed")
    settings.FACTOR_KEYS = [NEW]
    assert (found(), opened()) == ([], seeds)
    sign_in_with(cast.bob, code_at(seeds[cast.bob.pk]))


def test_what_was_interrupted_is_finished_the_next_time(seeds: dict[Any, bytes]) -> None:
    outcome = Outcome()
    under_way = rotate(to_rotate(), outcome)
    next(under_way)
    under_way.close()
    assert (in_use(), opened()) == (([1, 3], 0), seeds)
    assert "3 secrets." in run()
    assert (in_use(), opened()) == (([4, 0], 0), seeds)


def test_what_changed_meanwhile_is_left_as_it_is(cast: Cast, seeds: dict[Any, bytes]) -> None:
    apps, outcome = to_rotate(), Outcome()
    with acting_as(**cast.alice.own_scope):
        theirs = AuthenticatorApp.objects.filter(user=cast.alice)
        theirs.update(seed=(used := encrypt(seeds[cast.alice.pk], cast.alice.pk)))
        AuthenticatorApp.objects.filter(user=cast.bob).delete()
    list(rotate(apps, outcome))
    with acting_as(**cast.alice.own_scope):
        assert theirs.get().seed == used
    assert (outcome.rotated, in_use()) == (2, ([3, 0], 0))


def test_a_secret_without_its_key_is_named_and_stays(cast: Cast, seeds: dict[Any, bytes], settings: Any) -> None:
    settings.FACTOR_KEYS = [NEW, OTHER]
    assert found() == ["wisely_security.E035", "wisely_security.W005"]
    with pytest.raises(CommandError, match="opens 4 secrets"):
        run()
    settings.FACTOR_KEYS = [NEW, OLD]
    assert "4 secrets." in run()
    assert opened() == seeds
