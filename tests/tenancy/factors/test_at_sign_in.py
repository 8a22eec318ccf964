"""Signing in with a second factor: the code after the password."""

from __future__ import annotations

from tests.support.cast import Cast
from tests.support.factors import code_at, give_app, password_step, type_code


def test_who_has_an_app_is_asked_for_its_code_and_not_signed_in_before(cast: Cast, events, half_minute) -> None:
    seed = give_app(cast.alice)
    client, asked = password_step(cast.alice, next_path="/account/sessions/")
    assert asked.headers["Location"] == "/sign-in/code/?next=%2Faccount%2Fsessions%2F"
    assert client.get("/account/profile/").status_code == 302  # to sign in
    assert "wisely_session" not in client.cookies
    signed_in = type_code(client, code_at(seed), next="/account/sessions/")
    assert (signed_in.status_code, signed_in.headers["Location"]) == (302, "/account/sessions/")
    assert client.get("/account/sessions/").status_code == 200
    required, logged_in, used = events(cast.acme)
    assert [(each.action, each.reason) for each in (required, logged_in, used)] == [
        ("second_factor", "factor_required"),
        ("log_in", ""),
        ("second_factor", "factor_used"),
    ]
    assert used.session == logged_in.session != ""
    assert used.detail == {"factor": "Authenticator app “Phone”"}
