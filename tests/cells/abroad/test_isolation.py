"""A tenant of one cell gets nothing of a tenant of another, whatever the request names: what is there is answered as
what is not there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.cells.conftest import EU
from tests.support.cast import Cast, sign_in
from tests.test_isolation import AGGREGATOR, ENTERPRISE, OF_A_RECORD, OF_THE_WORKSPACE, urls
from tests.workspace.api.calls import add_account, event, problem
from tests.workspace.samples.making import make
from tests.workspace.test_lists import PAGES, a_record
from wisely_security.core.request_context import FIRST_CELL
from wisely_security.database.cells.names import marked
from wisely_security.database.cells.routing import in_cell
from wisely_security.notes.models import Note
from wisely_security.scheduled_reports.models import SavedView

from .conftest import Scene
from .untouched import untouched_so_far

COOKIE = settings.SESSION_COOKIE_NAME
PEOPLE = ("charlie", "erin")
FEW = ("login-activity/.*/text/$", "business-groups/.*/edit/$", "findings/.*/decide/$")
KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16}")
OF_A_REQUEST = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]*"')
# What somebody may write where a cell's name is expected: HERE is the cell of the records, THERE that of the stranger.
NAMES = [
    *("HERE~", "THERE~", "main~", "~", "~~", "us-1~", "default~", "owner~", "eu-1.owner~", "eu-1.replica~"),
    *("EU-1~", "EU-1~x", "eu-1 ~", " eu-1~", "eu-1", "eu_1~", "еu-1~", "eu-1\u200b~", "é~", "\U0001f511~"),
    *("HERE~HERE~", "HERE~THERE~", "THERE~HERE~", "HERE~~", "~HERE~", "HERE~main~eu-1~HERE~"),
    *("HERE\r\n~", "\r\nHERE~", "HERE\0~", "\0~", "HERE/~", "../HERE~", "/~HERE/", "HERE/../HERE~", "%65u-1~"),
    *("x" * 5000 + "~", "HERE~" * 500, "e" * 31 + "~", "e" * 32 + "~", '"~', "'; SELECT 1 --~", "{}~", "%s~"),
]
IN_PATHS = [
    *("", "/HERE~", "//~HERE", "/./~HERE", "/../~HERE", "/%7eHERE", "/~HERE/~HERE", "/~HERE/~THERE"),
    *("/~HERE/..", "/~HERE/.", "/~HERE//", "/~HERE/%2e%2e", "/~HERE/%2e%2e/~THERE", "/~HERE;x", "/~HERE?"),
    *(f"/~{name.removesuffix('~')}" for name in NAMES),
]


@dataclass(frozen=True)
class Strangers:
    """``cast``: whose the records are, in the cell ``here``. ``people`` live in the other one, ``there``."""

    cast: Cast
    here: str
    there: str

    def name(self, text: str) -> str:
        own = marked("", self.there)
        return text.replace("OWN", own).replace("THERE", self.there).replace("HERE", self.here)


@pytest.fixture(params=[EU, FIRST_CELL])
def strangers(request: pytest.FixtureRequest, scene: Scene) -> Iterator[Strangers]:
    """Charlie, of an enterprise, and Erin, of an aggregator, live in another cell than Acme. The test is in Acme's."""
    abroad, at_home = scene.abroad, scene.at_home
    if request.param == EU:
        yield Strangers(replace(abroad, charlie=at_home.uma, erin=at_home.hanna), EU, FIRST_CELL)
        return
    with in_cell(FIRST_CELL):
        acme = {"acme": at_home.umbrella, "alice": at_home.uma, "bob": at_home.ulf}
        yield Strangers(replace(abroad, **acme), FIRST_CELL, EU)  # type: ignore[arg-type]


@pytest.fixture
def cast(strangers: Strangers) -> Cast:
    return strangers.cast


@pytest.fixture
def addresses(cast: Cast, urls: dict[str, str]) -> list[str]:
    """Every URL that has the key of a record of Acme's."""
    found = [urls[name] for name in sorted(OF_A_RECORD)]
    at = KEY.findall(urls["login_activity_event"])[0]
    of_notes, of_views = make(Note, cast.acme, event=at), make(SavedView, cast.acme)
    found += [reverse(name, args=[of_notes.pk]) for name in ("note", "note_edit", "note_delete")]
    found += [reverse(name, args=[of_views.pk]) for name in ("saved_view_edit", "saved_view_delete")]
    found += [urls["finding"] + "decide/", f"/settings/security/notes/login-activity/{at}/add/"]
    for page in PAGES:
        of = a_record(page, cast, "Secret").pk
        names = [
            name for name in OF_THE_WORKSPACE if str(name).startswith(f"{page.key}_") and name != f"{page.key}_add"
        ]
        found += [reverse(str(name), args=[of]) for name in sorted(map(str, names))]
    return found


def as_a_web_server_has_it(text: str) -> str:
    return text.encode().decode("latin-1")


def made_up(address: str) -> str:
    """The same address with a key that nothing has."""
    return KEY.sub(lambda found: str(uuid4()) if "-" in found[0] else uuid4().hex[:16], address)


def shown(answer: Any) -> tuple[int, str, str]:
    body = answer.getvalue().decode()
    where = answer.headers.get("Location", "")
    return answer.status_code, KEY.sub("KEY", where), OF_A_REQUEST.sub("", KEY.sub("KEY", body))


def assert_nothing(strangers: Strangers, addresses: list[str], ask: Callable[[str], Any]) -> None:
    """What is asked for one after the other is answered as if it were not there, and leaves nothing where it is."""
    cast = strangers.cast
    secrets = [cast.acme.name, "Secret", *(it for user in (cast.alice, cast.bob) for it in (user.name, user.email))]
    with untouched_so_far(strangers.here):
        for address in addresses:
            status, where, body = answer = shown(ask(address))
            assert answer == shown(ask(made_up(address))), address
            assert status in {302, 400, 404, 405}, (address, status)
            assert status != 302 or where.startswith("/sign-in/"), (address, where)
            assert [secret for secret in secrets if secret in body] == [], address


@pytest.fixture
def visit(strangers: Strangers) -> Callable[..., Any]:
    """A request of Charlie's, or Erin's, with ``mark`` before the key of the session."""
    keys = {who: sign_in(getattr(strangers.cast, who)).cookies[COOKIE].value.rpartition("~")[2] for who in PEOPLE}

    def visit(address: str, *, prefix: str = "", mark: str = "OWN", who: str = "charlie", method: str = "get") -> Any:
        client = Client(raise_request_exception=False)
        client.cookies[COOKIE] = as_a_web_server_has_it(strangers.name(mark)) + keys[who]
        return getattr(client, method)(quote(strangers.name(prefix), safe="/~%;?.") + address)

    return visit


def test_whose_they_are_finds_them(cast: Cast, addresses: list[str]) -> None:
    alice = sign_in(cast.alice)
    answers = {it: (shown(alice.get(it)), shown(alice.get(made_up(it)))) for it in addresses}
    lost = {it for it, (one, other) in answers.items() if one == other and one[0] != HTTPStatus.METHOD_NOT_ALLOWED}
    assert lost == set()


@pytest.mark.parametrize(("method", "who"), [("get", "charlie"), ("post", "erin")])
@pytest.mark.parametrize(
    ("mark", "prefix"), [("OWN", ""), ("OWN", "/~HERE"), ("OWN", "/~THERE"), ("HERE~", ""), ("HERE~", "/~THERE")]
)
def test_every_address(
    strangers: Strangers, addresses: list[str], visit: Callable[..., Any], mark: str, prefix: str, method: str, who: str
) -> None:
    theirs = [it.replace(ENTERPRISE, AGGREGATOR) if who == "erin" else it for it in addresses]
    assert_nothing(strangers, theirs, partial(visit, prefix=prefix, mark=mark, who=who, method=method))


@pytest.fixture
def few(addresses: list[str]) -> list[str]:
    """A page of an event, one of a record of the workspace, and one that changes something."""
    return [next(it for it in addresses if re.search(pattern, it)) for pattern in FEW]


def test_hostile_names_in_a_path(strangers: Strangers, few: list[str], visit: Callable[..., Any]) -> None:
    for prefix in IN_PATHS:
        assert_nothing(strangers, few, partial(visit, prefix=prefix))


@pytest.mark.parametrize("prefix", ["", "/~HERE"])
def test_hostile_names_in_a_cookie(
    strangers: Strangers, few: list[str], visit: Callable[..., Any], prefix: str
) -> None:
    for mark in NAMES:
        assert_nothing(strangers, few, partial(visit, prefix=prefix, mark=mark))


def test_hostile_names_in_a_key(strangers: Strangers, cast: Cast) -> None:
    """Whoever has a key of one cell reports nothing in another."""
    with in_cell(strangers.there):
        assert cast.charlie.tenant
        caller = add_account(cast.charlie.tenant, cast.charlie)
    key = caller.key.rpartition("~")[2]
    with untouched_so_far(strangers.here), untouched_so_far(strangers.there):
        for mark in NAMES:
            if strangers.name(mark).strip() != marked("", strangers.there):
                header = as_a_web_server_has_it(f"Bearer {strangers.name(mark)}{key}")
                problem(caller.report(event(), headers={"Authorization": header}), 401, "key_unknown")
    assert caller.report(event()).status_code == 201


def test_nobody_switches_to_a_tenant_of_another_cell(strangers: Strangers, cast: Cast) -> None:
    erin = sign_in(cast.erin)
    for tenant in (cast.acme.pk, uuid4()):
        with untouched_so_far(strangers.here):
            assert erin.post("/switch-tenant/", {"tenant": str(tenant)}).status_code == 404
    assert cast.acme.name not in erin.get("/settings/users/").content.decode()
