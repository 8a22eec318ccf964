"""Whatever somebody has from before their tenant moved goes on, and leaves nothing in the cell of before."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from tests.cells.conftest import Cells
from tests.cells.server import EU
from tests.support import databases
from tests.support.cast import sign_in
from tests.workspace.api.calls import add_account, event
from wisely_security.cells import moved
from wisely_security.core.request_context import acting_as
from wisely_security.database.cells import breaker
from wisely_security.database.cells.routing import all_cells, in_cell
from wisely_security.moving import steps
from wisely_security.tenancy.models import Session
from wisely_security.tenancy.sign_in.links import make_link
from wisely_security.tenancy.views.cells.brought import OPENED_BY_KEY, SESSION

from .life import PAGE, contents, move, number
from .things import GROUPS, THINGS, Use, path_of

US = "us-1"


@pytest.fixture
def us(cells: Cells) -> Iterator[None]:
    """A third cell, without anybody: another database of the second server."""
    name = f"{databases.TEMPLATE}_us"
    with in_cell(EU):
        kept = databases.kept_database(name)
        kept.__enter__()
    for role in ("", ".owner"):
        connections.settings[US + role] = {**connections.settings[EU + role], "CELL": US, "NAME": name}
    try:
        yield
    finally:
        for role in ("", ".owner"):
            connections[US + role].close()
            del connections[US + role], connections.settings[US + role]
        with in_cell(EU):
            kept.__exit__(None, None, None)


def assert_only_in(cell: str, cells: Cells) -> None:
    elsewhere = [other for other in all_cells() if other != cell]
    assert [number(contents(other, [cells.main.acme.pk])) for other in elsewhere] == [0] * len(elsewhere)


@pytest.mark.parametrize("thing", THINGS)
def test_it_goes_on_in_the_new_cell(cells: Cells, thing: object) -> None:
    use = thing(cells.main.acme)  # type: ignore[operator]
    move("acme", EU)
    use()
    assert_only_in(EU, cells)


@pytest.mark.parametrize(
    "stops",
    [("main", EU, US), ("main", EU, "main"), ("main", EU, US, "main"), ("main", EU, "main", EU, US, EU)],
    ids=str,
)
def test_of_whichever_cell_it_is(cells: Cells, us: None, stops: tuple[str, ...]) -> None:
    uses: list[Use] = []
    for here, there in pairwise(stops):
        with in_cell(here):
            made = [thing(cells.main.acme) for thing in THINGS]
        uses += made
        move("acme", there)
    for use in uses:
        use()
    assert_only_in(stops[-1], cells)


def test_the_cookie_names_the_new_cell_with_the_next_answer(cells: Cells) -> None:
    client = sign_in(cells.main.alice)
    key = client.cookies[SESSION].value
    move("acme", EU)
    client.get(PAGE)
    assert client.cookies[SESSION].value == f"{EU}~{key}"
    move("acme", "main")
    client.get(PAGE)
    assert client.cookies[SESSION].value == key


class TestWhatItCosts:
    @pytest.fixture(autouse=True)
    def slow(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """However long this takes, it is not asked again which tenants are away."""
        monkeypatch.setattr(moved, "KNOWN_FOR", 3600.0)

    def statements(self, client: Client, cells: Cells) -> dict[str, list[str]]:
        of = {"main": connections["default"], EU: connections[EU]}
        with CaptureQueriesContext(of["main"]) as main, CaptureQueriesContext(of[EU]) as eu:
            client.get(PAGE)
        return {"main": [it["sql"] for it in main], EU: [it["sql"] for it in eu]}

    def test_nothing_where_a_session_is_where_it_was(self, cells: Cells) -> None:
        client = sign_in(cells.main.charlie)
        client.get(PAGE)
        before = len(self.statements(client, cells)["main"])
        move("acme", EU)
        client.get(PAGE)
        after = self.statements(client, cells)
        assert (len(after["main"]), after[EU]) == (before, [])
        assert not [it for it in after["main"] if "residence" in it]

    @pytest.mark.parametrize("cookie", ["x" * 32, "main~" + "x" * 32, "us-1~" + "x" * 32, "~" * 40, "x~" * 20])
    def test_a_made_up_session_is_looked_for_once(self, cells: Cells, cookie: str) -> None:
        """By its key, by the key that it may have had a moment ago, and on to where others have gone."""
        move("acme", EU)
        client = Client()
        client.cookies[SESSION] = cookie
        assert [it.count("tenancy_session") > 0 for it in self.statements(client, cells)[EU]] == [True, True, False]

    def test_of_a_cell_that_nobody_has_left_nowhere_else(self, cells: Cells) -> None:
        move("acme", EU)
        client = Client()
        client.cookies[SESSION] = f"{EU}~{'x' * 32}"
        assert self.statements(client, cells)["main"] == []


class TestMadeUp:
    def test_answers_are_as_before(self, cells: Cells) -> None:
        acme = cells.main.acme
        caller = add_account(acme, cells.main.alice)
        link = path_of(make_link("password_reset_confirm", cells.main.bob))

        def answers() -> list[tuple[int, int]]:
            client = Client()
            client.cookies[SESSION] = "x" * 32
            asked = [
                client.get(PAGE),
                caller.report(event(), headers={"Authorization": "Bearer wsk_" + "x" * 43}),
                client.get(link.replace(str(cells.main.bob.pk), str(acme.pk))),
                client.get(f"{link[:-2]}/"),
                client.get("/l/" + "x" * 22 + "/"),
                client.get("/was-this-you/x.y/yes/"),
            ]
            return [(it.status_code, len(it.cookies)) for it in asked]

        before = answers()
        move("acme", EU)
        assert answers() == before
        assert [status for status, _ in before] == [302, 401, 410, 410, 404, 410]

    def test_a_form_is_examined_in_the_new_cell_too(self, cells: Cells) -> None:
        client = sign_in(cells.main.alice, Client())
        client.handler.enforce_csrf_checks = True
        move("acme", EU)
        form = {"name": "Vienna", "owner": cells.main.alice.pk}
        assert client.post(GROUPS, form).status_code == 403
        with in_cell(EU), acting_as(support=True):
            assert Session.objects.count() == 1


def kill(reached: str) -> None:
    if reached == "switched":
        raise KeyboardInterrupt


class TestBeforeTheFormerCellIsEmpty:
    @pytest.fixture(autouse=True)
    def killed(self, cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
        """All rows are still there, and the process knows of no move, however long this takes."""
        monkeypatch.setattr(moved, "KNOWN_FOR", 3600.0)
        self.client = sign_in(cells.main.alice)
        self.caller = add_account(cells.main.acme, cells.main.alice)
        self.client.get(PAGE)

        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(steps, "_reached", kill)
            move("acme", EU)

    def test_pages_come_from_the_new_cell(self, cells: Cells) -> None:
        moved.forget()  # as it does after some seconds
        assert self.client.get(PAGE).status_code == 200
        assert self.client.cookies[SESSION].value.startswith(f"{EU}~")

    def test_also_those_of_a_tenant_that_comes_to_the_first_cell(
        self, cells: Cells, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = sign_in(cells.eu.uma)
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(steps, "_reached", kill)
            move("umbrella", "main")
        moved.forget()
        assert client.get(PAGE).status_code == 200
        assert "~" not in client.cookies[SESSION].value

    def test_a_view_that_can_not_be_recorded_is_one_there(self, cells: Cells) -> None:
        page = self.client.get("/settings/security/audit-trail/")
        assert page.status_code == 200
        assert self.client.cookies[SESSION].value.startswith(f"{EU}~")
        assert "Move" in page.content.decode()

    def test_calls_are_recorded_there(self, cells: Cells) -> None:
        moved.forget()  # as it does after some seconds
        assert self.caller.report(event()).status_code == 201

    def test_what_was_refused_once_goes_there(self, cells: Cells) -> None:
        self.client.raise_request_exception = False
        form = {"name": "Vienna", "owner": cells.main.alice.pk}
        assert [self.client.post(GROUPS, form).status_code for _ in range(2)] == [503, 302]


class TestTheCellIsDown:
    @pytest.fixture(autouse=True)
    def down(self, cells: Cells) -> None:
        self.caller = add_account(cells.main.acme, cells.main.alice)
        self.session = sign_in(cells.main.alice)
        move("acme", EU)
        cells.eu_server.kill()

    def test_others_do_not_notice(self, cells: Cells) -> None:
        client = Client()
        client.cookies[SESSION] = "x" * 32
        assert client.get("/sign-in/").status_code == 200
        assert sign_in(cells.main.charlie, client).get(PAGE).status_code == 200

    def test_nothing_is_lost(self, cells: Cells) -> None:
        assert self.caller.report(event(), client=Client(raise_request_exception=False)).status_code == 503
        self.session.get(PAGE)
        cells.eu_server.start()
        moved.forget()
        breaker.forget()
        assert self.session.get(PAGE).status_code == 200
        assert self.caller.report(event()).status_code == 201


class TestTwoInOneBrowser:
    def test_a_link_of_the_first_cell_opens_beside_a_session_of_another(self, cells: Cells) -> None:
        link = path_of(make_link("password_reset_confirm", cells.main.bob))
        client = sign_in(cells.eu.uma)
        assert cells.main.bob.email in client.get(link).content.decode()
        move("acme", EU)
        assert cells.main.bob.email in client.get(link).content.decode()
        assert "Umbrella" in client.get(PAGE).content.decode()

    def test_a_link_that_is_followed_leaves_who_is_signed_in(self, cells: Cells) -> None:
        link = path_of(make_link("password_reset_confirm", cells.main.bob))
        client = sign_in(cells.main.charlie)
        key = client.cookies[SESSION].value
        move("acme", EU)
        page = client.get(link).content.decode()
        assert cells.main.bob.email in page
        assert cells.main.charlie.email not in page
        assert client.cookies[SESSION].value == key
        assert "Globex" in client.get(PAGE).content.decode()

    def test_signing_in_ends_the_session_that_has_moved(self, cells: Cells) -> None:
        client = sign_in(cells.main.alice)
        move("acme", EU)
        sign_in(cells.main.charlie, client)
        with in_cell(EU), acting_as(support=True):
            assert not Session.objects.exists()
        assert "Globex" in client.get(PAGE).content.decode()


def test_pages_opened_by_a_key_are_known() -> None:
    """Whoever is signed in, such a link is of the cell that it names, and of the first if it names none."""
    known: Any = get_resolver().reverse_dict
    forms = {name: known[name][0][0] for name in known if isinstance(name, str)}
    paths = {name: f"/{path % dict.fromkeys(values, 'x')}" for name, (path, values) in forms.items()}
    assert {name for name, path in paths.items() if OPENED_BY_KEY.fullmatch(path)} == {
        *("password_reset_confirm", "accept_invitation", "was_this_you", "short_link"),
    }
