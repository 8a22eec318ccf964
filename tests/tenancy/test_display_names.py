"""Nobody appears in the records under another's name: a recorder's, a colleague's, or a company's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from audit_trail.vocabulary import ActorKind
from tests.admin.site import TENANTS, USERS, sign_in_as_support
from tests.support.cast import Cast, sign_in
from tests.support.untouched import sent_by
from tests.workspace.browsing import Visitor
from tests.workspace.failures.at_once import press_at_once
from tests.workspace.samples.making import make
from wisely_security.core.request_context import acting_as
from wisely_security.core.text.confusables import skeleton
from wisely_security.tenancy.models import Role, Tenant, User
from wisely_security.workspace.modules.access_accounts import AccessAccount
from wisely_security.workspace.modules.business_groups import BusinessGroup

RESERVED = [
    *map(str, ActorKind.labels),
    *(str(database["USER"]) for database in settings.DATABASES.values() if database.get("USER")),
    *("System", "sYSTEM", "Sуstеm", "Ѕystem", "ＳＹＳＴＥＭ", "Sys\u200dtem", "System.", "S y s t e m", "System ✔"),
    *("Database", "API", "AРI", "Support", "Wisely support", "Wiseⅼy Suppοrt", "Dana, Wisely support", "Unknown user"),
    *("Super Admin", "••••••", "\u3164", "👻"),
]
OF_ANOTHER_COMPANY = [
    *("Dana Diaz (Wisely support)", "Erin Evans (Initech)", "Erin Evans（Initech）", "Erin Evans ﹙Initech﹚"),
    *("Erin Evans (Initech).", "Erin Evans [Initech]", "Erin Evans (Initech)\u200d", "Erin Evans ❨Initech❩"),
    *("Erin Evans ⁽Initech⁾", "Erin Evans 【Initech】", "Erin Evans ()", "Erin Evans ( Initech ) !"),
    *("Erin Evans (Initech", "Erin Evans \ufd3eInitech\ufd3f"),
]
LIKE_ALICE_ADAMS = [
    *("Alice Adams", "alice  ADAMS", "AliceAdams", "Álice Ádams", "Ａｌｉｃｅ　Ａｄａｍｓ", "Alice\u00a0Adams"),
    *("Аliсе Аdаms", "Αlice Adams", "AIice Adams", "A1ice Adams", "Al\u200cice Adams", "𝐀𝐥𝐢𝐜𝐞 Adams"),
    *("Alice Adams ✔", "“Alice” Adams", "Alice-Adams", "Alıce Adams", "ꓮlice Adams", "Alice Adams."),
    *("ᴀlice adaᴍs", "Alice Adarns"),
]
FINE = [
    *("John R. Smith", "Siobhán O’Brien", "山田　太郎", "Robert (Bob) Smith", "محمد علي", "राम", "रीम"),
    *("Łukasz Żak", "Ada King, Sales", "Mr Support-Jones", "Apia", "Ng", "José 3rd"),
]

Place = Callable[[Cast, str], Any]


def _post(client: Client, url: str, **typed: str) -> Any:
    response = client.post(url, sent_by(client.get(url)) | {name: [text] for name, text in typed.items()})
    context = response.context or {}
    if response.status_code == 302 or "done_url" in context:  # an access account's page of its new key
        return None
    form = context["adminform"].form if "adminform" in context else context["form"]
    return {name: [str(message) for message in messages] for name, messages in form.errors.items()}


def _role(cast: Cast) -> str:
    with acting_as(tenant_id=cast.acme.pk):
        return str(Role.objects.get(tenant=cast.acme, key="mis").pk)


def _account(cast: Cast) -> AccessAccount:
    return make(AccessAccount, cast.acme)


def invited_by_support(cast: Cast, name: str) -> Any:
    url = f"{USERS}add/?tenant={cast.acme.pk}"
    return _post(sign_in_as_support(), url, name=name, email="new@acme.example", role=_role(cast))


def invited(cast: Cast, name: str) -> Any:
    return _post(sign_in(cast.alice), "/settings/users/invite/", name=name, email="new@acme.example", role=_role(cast))


def an_account_is_set_up(cast: Cast, name: str) -> Any:
    group = str(make(BusinessGroup, cast.acme).pk)
    typed = {"label": name, "communication": "outgoing", "traffic": "otp", "channels": "sms", "business_group": group}
    return _post(sign_in(cast.alice), "/settings/access-accounts/add/", **typed)


PLACES: dict[str, Place] = {
    "own profile": lambda cast, name: _post(sign_in(cast.bob), reverse("profile"), name=name),
    "invited": invited,
    "edited by an admin": lambda cast, name: _post(
        sign_in(cast.alice), reverse("users_edit", args=[cast.bob.pk]), name=name
    ),
    "invited by support": invited_by_support,
    "edited by support": lambda cast, name: _post(sign_in_as_support(), f"{USERS}{cast.bob.pk}/change/", name=name),
    "access account set up": an_account_is_set_up,
    "access account edited": lambda cast, name: _post(
        sign_in(cast.alice), reverse("access_accounts_edit", args=[_account(cast).pk]), label=name
    ),
    "access account edited by support": lambda cast, name: _post(
        sign_in_as_support(), f"/admin/workspace/accessaccount/{_account(cast).pk}/change/", label=name
    ),
}


def _new_tenant(cast: Cast, **typed: str) -> Any:
    given = {
        "name": "Umbrella",
        "slug": "umbrella",
        "edition": "enterprise",
        "super_admin_name": "Uma Ullman",
        "super_admin_email": "uma@umbrella.example",
        "super_admin_time_zone": "UTC",
    }
    return _post(sign_in_as_support(), f"{TENANTS}add/", **given | typed)


@pytest.mark.parametrize("place", PLACES)
def test_a_name_that_stands_for_somebody_else_is_refused(cast: Cast, place: str) -> None:
    """One name of each kind at every place; all of them at one, below."""
    for name in ("Sуstem", "Dana Diaz （Wisely support）", "Аlice Adams"):
        errors = PLACES[place](cast, name)
        assert errors is not None and set(errors) <= {"name", "label"}, (name, errors)
        assert all(len(messages) == 1 for messages in errors.values())
    with acting_as(support=True):
        names = {*User.objects.values_list("name", flat=True), *AccessAccount.objects.values_list("label", flat=True)}
    assert not names & {"Sуstem", "Dana Diaz （Wisely support）", "Аlice Adams"}
    assert PLACES[place](cast, "Siobhán O’Brien") is None


class TestName:
    """Bob's."""

    @pytest.fixture
    def errors_of(self, cast: Cast) -> Callable[[str], list[str]]:
        def errors(name: str) -> list[str]:
            with acting_as(tenant_id=cast.acme.pk):
                bob = User.objects.get(pk=cast.bob.pk)
            bob.name = name
            try:
                bob.clean()
            except ValidationError as error:
                return error.message_dict["name"]
            return []

        return errors

    def test_the_recorders_have_it(self, errors_of: Callable[[str], list[str]]) -> None:
        for name in RESERVED:
            assert errors_of(name) in (
                ["This name is reserved. Choose another one."],
                ["Enter a name that contains letters."],
            ), name

    def test_it_ends_as_those_of_another_company(self, errors_of: Callable[[str], list[str]]) -> None:
        for name in OF_ANOTHER_COMPANY:
            [message] = errors_of(name)
            assert "brackets" in message or "reserved" in message, name

    def test_it_is_confusable_with_a_colleague_s(self, errors_of: Callable[[str], list[str]]) -> None:
        for name in LIKE_ALICE_ADAMS:
            [message] = errors_of(name)
            assert "Add a middle initial or a department" in message, name

    def test_it_is_confusable_with_an_access_account_s(self, cast: Cast, errors_of: Callable[[str], list[str]]) -> None:
        make(AccessAccount, cast.acme, label="Order system")
        assert errors_of("Оrder System") != []

    def test_it_is_somebody_s_in_another_tenant(self, errors_of: Callable[[str], list[str]]) -> None:
        assert errors_of("Charlie Clark") == []

    def test_it_is_one_s_own_in_another_spelling(self, errors_of: Callable[[str], list[str]]) -> None:
        assert errors_of("BOB Brown") == []

    def test_it_is_anybody_s(self, errors_of: Callable[[str], list[str]]) -> None:
        for name in FINE:
            assert errors_of(name) == [], name


def test_an_earlier_name_stays(cast: Cast) -> None:
    """It stays until it is changed."""
    for name in ("System", "Dana Diaz (Wisely support)", "Alice Adams"):
        with acting_as(support=True):
            User.objects.filter(pk=cast.bob.pk).update(name=name)
        for client, url in (
            (sign_in(cast.bob), reverse("profile")),
            (sign_in(cast.alice), reverse("users_edit", args=[cast.bob.pk])),
            (sign_in_as_support(), f"{USERS}{cast.bob.pk}/change/"),
        ):
            assert _post(client, url) is None
            assert "time_zone" not in sent_by(client.get(url)) or _post(client, url, time_zone="Asia/Tokyo") is None


@pytest.mark.parametrize("name", ["System", "Wisely support", "Wiѕely", "Αcme", "＊"])
def test_a_company_s_name(cast: Cast, name: str) -> None:
    """It is shown behind the names of its people in the records of others."""
    assert set(_new_tenant(cast, name=name)) == {"name"}
    assert set(_post(sign_in_as_support(), f"{TENANTS}{cast.globex.pk}/change/", name=name)) == {"name"}
    with acting_as(support=True):
        assert sorted(Tenant.objects.values_list("name", flat=True)) == ["Acme", "Globex", "Initech"]


@pytest.mark.parametrize("name", ["System", "Dana (Wisely support)"])
def test_the_first_user_of_a_tenant(cast: Cast, name: str) -> None:
    assert set(_new_tenant(cast, super_admin_name=name)) == {"super_admin_name"}


def test_support_staff_have_names_of_their_own(cast: Cast) -> None:
    dana = sign_in_as_support()
    for name in ("System", "Wisely support", "Dana Diaz (Acme)"):
        assert _post(dana, reverse("profile"), name=name) is not None
    assert _post(dana, reverse("profile"), name="Alice Adams") is None  # of Acme: here it stands with the company


def test_two_who_take_one_name_at_once(committed_cast: Cast) -> None:
    pressing = []
    for person, name in ((committed_cast.alice, "Ann Lee"), (committed_cast.bob, "Аnn Lee")):
        visitor = Visitor(sign_in(person)).open(reverse("profile"))
        form = visitor.form
        form.fill({"Name": name})
        pressing.append((visitor, form))
    assert sorted(press_at_once(User, *pressing)) == [302, 400]


@pytest.mark.parametrize(
    ("one", "other"),
    [("राम", "रीम"), ("か", "が"), ("John Smith", "John R. Smith"), ("กา", "กี"), ("محمد", "محمود"), ("Ann", "Anne")],
)
def test_different_names_are_not_confusable(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)
