"""A request is answered in the cell of whoever sends it, and leaves nothing in another."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from tests.support.cast import PASSWORD, sign_in
from tests.tenancy.test_passwords import letters_delivered
from tests.workspace.api.calls import URL, add_account, event
from wisely_security.core.request_context import acting_as
from wisely_security.database.cells.routing import in_cell
from wisely_security.ledger.models import NO_TENANT
from wisely_security.tenancy.models import Session, Tenant, User
from wisely_security.tenancy.sign_in.links import make_link
from wisely_security.workspace.modules.business_groups import BusinessGroup

from .conftest import Cells

LOGIN_ACTIVITY = "/settings/identity-access/login-activity/"
AUDIT_TRAIL = "/settings/security/audit-trail/"
COOKIE = settings.SESSION_COOKIE_NAME


def events(cell: str, tenant: Tenant | None = None) -> list[str]:
    """Of Login Activity, by action and reason: of one tenant, or in that cell's whole database."""
    with in_cell(cell), acting_as(support=True):
        rows: Any = LoginEvent.objects.order_by("id")
        if tenant is not None:
            rows = rows.filter(tenant_id=tenant.pk)
        return [f"{row.action}:{row.reason}".rstrip(":") for row in rows]


def groups_added(cell: str) -> int:
    with in_cell(cell), acting_as(support=True):
        return AuditEvent.objects.filter(action="add", resource_name="Vienna").count()


def strangers(cell: str, *own: Tenant) -> int:
    """How many events of a cell's database are of nobody who lives there."""
    known = [NO_TENANT, *(tenant.pk for tenant in own)]
    with in_cell(cell), acting_as(support=True):
        return sum(m._default_manager.exclude(tenant_id__in=known).count() for m in (LoginEvent, AuditEvent))


def assert_each_at_home(cells: Cells) -> None:
    assert not strangers("main", cells.main.acme, cells.main.globex, cells.main.initech)
    assert not strangers("eu-1", cells.eu.umbrella, cells.eu.hooli, cells.eu.nucleus)


class TestSigningIn:
    def test_an_address_is_found_in_its_cell(self, cells: Cells) -> None:
        before = events("main")
        client = sign_in(cells.eu.uma)
        assert client.cookies[COOKIE].value.startswith("eu-1~")
        assert events("eu-1", cells.eu.umbrella) == ["log_in"]
        assert events("main") == before
        assert "Umbrella" in client.get(LOGIN_ACTIVITY).content.decode()
        assert_each_at_home(cells)

    def test_of_the_first_cell_nothing_is_different(self, cells: Cells) -> None:
        client = sign_in(cells.main.alice)
        assert "~" not in client.cookies[COOKIE].value
        assert "Acme" in client.get(LOGIN_ACTIVITY).content.decode()
        assert events("eu-1") == []

    def test_a_wrong_password_is_recorded_in_the_cell(self, cells: Cells) -> None:
        Client().post("/sign-in/", {"username": cells.eu.uma.email, "password": "wrong"})
        assert len(events("eu-1", cells.eu.umbrella)) == 1
        assert events("main") == []

    def test_an_unknown_address_is_recorded_in_the_first_cell(self, cells: Cells) -> None:
        Client().post("/sign-in/", {"username": "nobody@nowhere.example", "password": "wrong"})
        assert len(events("main")) == 1
        assert events("eu-1") == []

    def test_signing_in_ends_the_session_in_another_cell(self, cells: Cells) -> None:
        client = sign_in(cells.main.alice)
        sign_in(cells.eu.uma, client)
        with acting_as(support=True):
            assert not Session.objects.exists()
        with in_cell("eu-1"), acting_as(support=True):
            assert Session.objects.count() == 1
        sign_in(cells.main.alice, client)
        with in_cell("eu-1"), acting_as(support=True):
            assert not Session.objects.exists()
        assert_each_at_home(cells)

    def test_signing_out_ends_it(self, cells: Cells) -> None:
        client = sign_in(cells.eu.uma)
        client.post("/sign-out/")
        with in_cell("eu-1"), acting_as(support=True):
            assert not Session.objects.exists()
        assert client.get(LOGIN_ACTIVITY).status_code == 302


@pytest.mark.parametrize("cookie", ["us-1~", "main~", "eu-1~eu-1~", "~", "eu-1", "EU-1~", "eu-1.owner~", "default~"])
def test_a_made_up_cell_opens_nothing(cells: Cells, cookie: str) -> None:
    client = sign_in(cells.eu.uma)
    key = client.cookies[COOKIE].value.removeprefix("eu-1~")
    client.cookies[COOKIE] = cookie + key
    assert client.get(LOGIN_ACTIVITY).status_code == 302
    client.cookies[COOKIE] = key  # nor without its cell
    assert client.get(LOGIN_ACTIVITY).status_code == 302


def test_no_tenant_sees_a_record_of_another_cell(cells: Cells) -> None:
    with in_cell("eu-1"), acting_as(tenant_id=cells.eu.umbrella.pk):
        group = BusinessGroup.objects.create(tenant=cells.eu.umbrella, name="Vienna", owner=cells.eu.uma)
    path = f"/settings/business-groups/{group.pk}/"
    assert sign_in(cells.eu.uma).get(path).status_code == 200
    for person in (cells.main.alice, cells.main.charlie, cells.main.erin, cells.eu.nils):
        assert sign_in(person).get(path).status_code == 404
    assert_each_at_home(cells)


def test_a_change_is_recorded_beside_it(cells: Cells) -> None:
    client = sign_in(cells.eu.uma)
    added = client.post("/settings/business-groups/add/", {"name": "Vienna", "owner": cells.eu.uma.pk})
    assert added.status_code == 302
    assert (groups_added("main"), groups_added("eu-1")) == (0, 1)
    assert "Vienna" in client.get(AUDIT_TRAIL).content.decode()
    assert_each_at_home(cells)


class TestDownloads:
    @pytest.mark.parametrize("ending", ["csv", "csv.gz", "xlsx"])
    def test_a_download_is_of_its_cell_and_recorded_there(self, cells: Cells, ending: str) -> None:
        client = sign_in(cells.eu.uma)
        before = events("main")
        response: Any = client.get(f"{LOGIN_ACTIVITY}download/?format={ending}")
        file = b"".join(response.streaming_content)
        assert response.status_code == 200
        if ending == "csv":
            assert b"uma@umbrella.example" in file
        assert any("downloaded" in event for event in events("eu-1", cells.eu.umbrella))
        assert events("main") == before
        assert_each_at_home(cells)

    def test_one_that_is_cut_short_is_recorded_there(self, cells: Cells) -> None:
        response: Any = sign_in(cells.eu.uma).get(f"{LOGIN_ACTIVITY}download/")
        next(iter(response.streaming_content))
        response.close()
        assert any("cut_short" in event for event in events("eu-1", cells.eu.umbrella))
        assert_each_at_home(cells)


class TestLinks:
    def test_a_new_password_is_chosen_where_the_account_is(self, cells: Cells) -> None:
        with in_cell("eu-1"):
            link = make_link("password_reset_confirm", cells.eu.uma)
        assert link.startswith("https://security.wisely.example/~eu-1/password-reset/")
        path = link.removeprefix("https://security.wisely.example")
        client = Client()
        assert "uma@umbrella.example" in client.get(path).content.decode()
        done = client.post(path, {"new_password": "another long secret", "new_password_again": "another long secret"})
        assert done.status_code == 302, done.content.decode()
        signed_in = client.post("/sign-in/", {"username": cells.eu.uma.email, "password": "another long secret"})
        assert signed_in.status_code == 302
        assert_each_at_home(cells)

    def test_its_cell_alone_knows_it(self, cells: Cells) -> None:
        with in_cell("eu-1"):
            path = make_link("password_reset_confirm", cells.eu.uma).removeprefix("https://security.wisely.example")
        assert Client().get(path.removeprefix("/~eu-1")).status_code == 410
        assert Client().get(path.replace("eu-1", "us-1")).status_code == 404

    @pytest.mark.parametrize("at", ["", "/~eu-1"])
    def test_a_forgotten_password_is_mailed_from_the_cell(self, cells: Cells, at: str) -> None:
        """Of the account, whatever link led to the form."""
        for user in (cells.eu.uma, cells.main.alice):
            Client().post(f"{at}/password-reset/", {"email": user.email})
        letters_delivered()
        links = {
            each.to[0]: re.findall(r"example(/.*?/password-reset/|/password-reset/)", str(each.body))
            for each in mail.outbox
        }
        assert links == {cells.eu.uma.email: ["/~eu-1/password-reset/"], cells.main.alice.email: ["/password-reset/"]}
        assert_each_at_home(cells)


class TestALinkToAForm:
    """Whose address or key is sent decides, and not the cell of the link that led there."""

    @pytest.mark.parametrize("path", ["/~eu-1/sign-in/", "/sign-in/"])
    def test_of_a_sign_in(self, cells: Cells, path: str) -> None:
        for user in (cells.main.alice, cells.eu.uma):
            answer = Client().post(path, {"username": user.email, "password": PASSWORD})
            assert (answer.status_code, "eu-1~" in answer.cookies[COOKIE].value) == (302, user == cells.eu.uma)
        Client().post(path, {"username": "nobody@nowhere.example", "password": PASSWORD})
        assert events("eu-1") == ["log_in"]
        assert events("main") == ["log_in", "log_in:unknown_user"]

    def test_of_the_api(self, cells: Cells) -> None:
        caller = add_account(cells.main.acme, cells.main.alice)
        answer = caller.post({"events": [event()]}, url=f"/~eu-1{URL}")
        assert answer.status_code == 201
        assert_each_at_home(cells)


class TestOneAddressOneAccount:
    def invited(self, cells: Cells, email: str) -> str:
        """To Umbrella. The path of the link."""
        with in_cell("eu-1"), acting_as(tenant_id=cells.eu.umbrella.pk):
            user = User(tenant=cells.eu.umbrella, role=cells.eu.ulf.role, email=email, name="Somebody")
            user.set_unusable_password()
            user.save()
            return make_link("accept_invitation", user).removeprefix("https://security.wisely.example")

    def accept(self, path: str) -> Any:
        return Client().post(path, {"new_password": PASSWORD + "!", "new_password_again": PASSWORD + "!"})

    def test_an_address_of_another_cell_is_taken(self, cells: Cells) -> None:
        path = self.invited(cells, cells.main.bob.email)
        assert Client().get(path).status_code == 409
        assert self.accept(path).status_code == 409

    def test_a_new_one_is_found_at_once(self, cells: Cells) -> None:
        assert self.accept(self.invited(cells, "new@umbrella.example")).status_code == 302
        client = Client()
        form = {"username": "new@umbrella.example", "password": PASSWORD + "!"}
        assert client.post("/sign-in/", form).status_code == 302
        assert client.cookies[COOKIE].value.startswith("eu-1~")
