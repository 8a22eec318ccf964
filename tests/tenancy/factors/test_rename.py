"""Another name for a device: recorded with both names, for its owner alone, after a sign-in of a moment ago."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client

from tests.support.cast import Cast, sign_in
from tests.support.sign_in.factors import code_at, give_app, sign_in_with
from tests.support.sign_in.passkeys import add_passkey
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import AuthenticatorApp, Passkey, User
from wisely_security.tenancy.sign_in.factors.confirmation import MINUTES

PAGES = {AuthenticatorApp: "/account/second-factor/", Passkey: "/account/passkeys/"}


def owned(cast: Cast, kind: type[AuthenticatorApp | Passkey]) -> tuple[Client, str]:
    """Bob's client, and the address of the page that renames his device."""
    if kind is Passkey:
        client = sign_in(cast.bob)
        add_passkey(client)
    else:
        client = sign_in_with(cast.bob, code_at(give_app(cast.bob)))
    with acting_as(**cast.bob.own_scope):
        return client, f"{PAGES[kind]}{kind.objects.get(user=cast.bob).pk}/rename/"


def names(user: User, kind: type[AuthenticatorApp | Passkey]) -> list[str]:
    with acting_as(**user.own_scope):
        return list(kind.objects.filter(user=user).values_list("name", flat=True))


@pytest.mark.parametrize("kind", PAGES)
def test_a_device_gets_another_name_and_the_record_has_both(
    cast: Cast, events, half_minute: time_machine.Traveller, kind: type[AuthenticatorApp | Passkey]
) -> None:
    client, url = owned(cast, kind)
    [before] = names(cast.bob, kind)
    assert f'value="{before}"' in client.get(url).content.decode()
    assert url in client.get(PAGES[kind]).content.decode()
    assert client.post(url, {"name": " Grüne \u00a0 Tasche "}).headers["Location"] == PAGES[kind]
    assert names(cast.bob, kind) == ["Grüne Tasche"]
    event = events(cast.acme)[-1]
    assert (event.action, event.reason, event.reason_label) == ("second_factor", "factor_renamed", "Renamed")
    assert event.detail == {"factor": f"{kind.kind} “Grüne Tasche”", "changes": {"Name": [before, "Grüne Tasche"]}}
    shown = sign_in(cast.alice).get(f"/settings/identity-access/login-activity/{event.pk}/").content.decode()
    assert f"{before} → Grüne Tasche" in shown and f"{kind.kind} “Grüne Tasche”" in shown


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "two\nlines"])
def test_what_is_no_name_changes_nothing(
    cast: Cast, events, half_minute: time_machine.Traveller, kind: type[AuthenticatorApp | Passkey], name: str
) -> None:
    client, url = owned(cast, kind)
    before, recorded = names(cast.bob, kind), len(events(cast.acme))
    assert client.post(url, {"name": name}).status_code == 400
    client.post(url, {"name": before[0]})  # the same
    assert (names(cast.bob, kind), len(events(cast.acme))) == (before, recorded)


@pytest.mark.parametrize("kind", PAGES)
def test_nobody_renames_another_s_and_nobody_after_a_while(
    cast: Cast, half_minute: time_machine.Traveller, kind: type[AuthenticatorApp | Passkey]
) -> None:
    client, url = owned(cast, kind)
    for person in (cast.alice, cast.charlie, cast.dana):
        stranger = sign_in(person)
        for send in (stranger.get, stranger.post):
            assert send(url, {"name": "Mine"}).status_code == 404
    half_minute.shift(MINUTES * 60 + 1)
    assert client.post(url, {"name": "Late"}).headers["Location"].startswith("/account/confirm/?next=")
    assert "Late" not in names(cast.bob, kind)
