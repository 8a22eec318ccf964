"""A cell that is down: its people read a plain page, and nobody else notices."""

from __future__ import annotations

import psycopg2
import pytest
from django.test import Client

from tests.support.cast import PASSWORD, sign_in
from wisely_security.database.cells import breaker

from .conftest import Cells

LOGIN_ACTIVITY = "/settings/identity-access/login-activity/"


def person(user: object) -> Client:
    client = sign_in(user)  # type: ignore[arg-type]
    client.raise_request_exception = False
    return client


def test_its_people_read_a_plain_page(cells: Cells) -> None:
    uma, alice = person(cells.eu.uma), person(cells.main.alice)
    cells.eu_server.kill()
    for path in (LOGIN_ACTIVITY, "/", "/account/sessions/"):
        page = uma.get(path)
        assert page.status_code == 503
        assert "Your company’s data can’t be reached right now." in page.content.decode()
        assert page.headers["X-Request-ID"] in page.content.decode()
    assert alice.get(LOGIN_ACTIVITY).status_code == 200
    cells.eu_server.start()
    breaker.forget()
    assert uma.get(LOGIN_ACTIVITY).status_code == 200


def test_after_one_failure_nobody_waits(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    uma = person(cells.eu.uma)
    cells.eu_server.kill()
    assert uma.get(LOGIN_ACTIVITY).status_code == 503  # the connection was lost
    assert uma.get(LOGIN_ACTIVITY).status_code == 503  # and there is no other
    assert breaker.is_down("eu-1")
    with monkeypatch.context() as patch:
        patch.setattr(psycopg2, "connect", None)
        assert uma.get(LOGIN_ACTIVITY).status_code == 503


def test_signing_in_there_says_so(cells: Cells) -> None:
    client = Client(raise_request_exception=False)
    cells.eu_server.kill()
    answer = client.post("/sign-in/", {"username": cells.eu.uma.email, "password": PASSWORD})
    assert answer.status_code == 503
    assert person(cells.main.alice).get(LOGIN_ACTIVITY).status_code == 200


def test_the_api_answers_with_a_problem(cells: Cells) -> None:
    client = Client(raise_request_exception=False)
    cells.eu_server.kill()
    answer = client.post("/api/v1/audit-events", {}, "application/json", headers={"Authorization": "Bearer eu-1~wsk_x"})
    assert (answer.status_code, answer.json()["code"]) == (503, "service_unavailable")
