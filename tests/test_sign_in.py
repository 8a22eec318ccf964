from __future__ import annotations

from django.test import Client

from .cast import PASSWORD, Cast


def test_a_sign_in_is_recorded_with_everything_about_it(cast: Cast, events) -> None:
    client = Client(
        headers={
            "user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
        }
    )
    response = client.post(
        "/sign-in/", {"username": " Alice@ACME.example", "password": PASSWORD}, REMOTE_ADDR="10.1.2.3"
    )
    assert response.status_code == 302
    [event] = events(cast.acme)
    assert (event.user_id, event.user_name, event.user_email) == (cast.alice.pk, "Alice Adams", "alice@acme.example")
    assert (event.action, event.status, event.reason) == ("log_in", "success", "")
    assert (event.ip, event.device, event.place) == ("10.1.2.3", "iPhone", "Private network")
    assert str(event.request_id) == response.headers["X-Request-ID"]
