"""Support's rows in other cells than the first: names for keys that refer to them, and never accounts."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from tests.support.cast import PASSWORD
from wisely_security.cells import directory
from wisely_security.core.request_context import acting_as
from wisely_security.database.cells.routing import in_cell
from wisely_security.tenancy.models import Session, User, UserStatus
from wisely_security.tenancy.sign_in.accounts import AccountChangedError, set_password
from wisely_security.tenancy.sign_in.authentication import EmailBackend
from wisely_security.tenancy.sign_in.links import make_link

from ..conftest import Cells
from .reading import rename, row_of

EU = "/~eu-1"
USERS = f"{EU}/admin/tenancy/user/"


@pytest.fixture
def row(cells: Cells, dana: Client) -> User:
    """Dana's, in eu-1."""
    assert row_of(cells.main.dana, "eu-1") is None
    assert dana.get(USERS).status_code == 200
    found = row_of(cells.main.dana, "eu-1")
    assert found is not None
    return found


def push_everywhere() -> None:
    for cell in ("main", "eu-1"):
        with in_cell(cell):
            while directory.push():
                pass


def test_it_is_written_with_the_first_page_and_kept_up_to_date(cells: Cells, dana: Client, row: User) -> None:
    assert (row.name, row.email, row.tenant_id) == ("Dana Diaz", "dana@wisely.example", None)
    rename(cells.main, name="Dana Dorn", email="dorn@wisely.example")
    dana.get(USERS)
    now = row_of(cells.main.dana, "eu-1")
    assert now and (now.name, now.email, now.password) == ("Dana Dorn", "dorn@wisely.example", row.password)


def test_it_is_no_account(cells: Cells, row: User) -> None:
    push_everywhere()
    assert directory.cell_of(email=row.email) == directory.cell_of(user_id=row.pk) == "main"
    with in_cell("eu-1"):
        directory.write_all()
    assert directory.cell_of(email=row.email) == "main"
    shown = StringIO()
    call_command("cells", "--json", stdout=shown)
    found = json.loads(shown.getvalue())
    assert ([cell["accounts"] for cell in found["cells"]], found["faults"]) == ([5, 4], [])


def test_signing_in_to_it_is_impossible(cells: Cells, row: User) -> None:
    for password in (PASSWORD, "", row.password):
        with in_cell("eu-1"):
            assert EmailBackend().authenticate(None, username=row.email, password=password) is None


@pytest.mark.parametrize("page", ["/sign-in/", "/admin/login/"])
def test_whatever_page_is_used_the_session_is_in_the_first_cell(cells: Cells, row: User, page: str) -> None:
    client = Client()
    assert client.post(EU + page, {"username": row.email, "password": PASSWORD}).status_code == 302
    assert "~" not in client.cookies[settings.SESSION_COOKIE_NAME].value
    assert client.get(USERS).status_code == 200
    with in_cell("eu-1"), acting_as(support=True):
        assert not Session.objects.exists()


@pytest.mark.parametrize("status", UserStatus)
def test_no_link_gives_it_a_password(cells: Cells, row: User, status: UserStatus) -> None:
    """Whatever its status, which nobody can change."""
    with in_cell("eu-1"), acting_as(support=True):
        User.objects.filter(pk=row.pk).update(status=status)
        row.status = status
        reset, invitation = make_link("password_reset_confirm", row), make_link("accept_invitation", row)
    password = {"new_password": PASSWORD + "!", "new_password_again": PASSWORD + "!"}
    for link in (reset, invitation):
        assert Client().post(link.removeprefix("https://security.wisely.example"), password).status_code in {409, 410}
    with in_cell("eu-1"), pytest.raises(AccountChangedError):
        set_password(row, PASSWORD + "!")
    now = row_of(row, "eu-1")
    assert now and not now.has_usable_password()


def test_nobody_edits_it(cells: Cells, dana: Client, row: User) -> None:
    assert row.email not in dana.get(USERS).content.decode()
    for path in (f"{row.pk}/change/", f"{row.pk}/history/"):
        assert dana.get(USERS + path).status_code == 302  # not found, as Django admin says it
    assert dana.get(f"{USERS}{row.pk}/activity/").status_code == 404
    assert dana.post(f"{USERS}{row.pk}/invite-again/").status_code == 404
    assert row.email in dana.get(USERS.removeprefix(EU)).content.decode()


def test_its_views_are_hidden_as_supports(cells: Cells, dana: Client, row: User) -> None:
    dana.get(f"{USERS}{cells.eu.uma.pk}/change/")
    events = f"{EU}/admin/login_activity/loginevent/"
    assert "Dana Diaz (Wisely support)" not in dana.get(events).content.decode()
    assert "Dana Diaz (Wisely support)" in dana.get(f"{events}?support=on").content.decode()


def test_its_address_can_be_invited_there_as_anywhere(cells: Cells, row: User) -> None:
    with in_cell("eu-1"), acting_as(tenant_id=cells.eu.umbrella.pk):
        user = User(tenant=cells.eu.umbrella, role=cells.eu.ulf.role, email=row.email, name="Somebody")
        user.set_unusable_password()
        user.save()
        path = make_link("accept_invitation", user).removeprefix("https://security.wisely.example")
    assert Client().get(path).status_code == 409  # the address has an account, in the first cell
