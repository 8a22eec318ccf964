"""Support chooses a cell by the address of the page, and works there."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.core import mail
from django.db import connections
from django.test import Client
from django.urls import reverse

from login_activity.models import LoginEvent
from tests.admin.site import edit, sign_in_as_support
from tests.support.cast import PASSWORD, sign_in
from tests.support.untouched import sent_by
from wisely_security.core.request_context import acting_as
from wisely_security.database.cells import breaker
from wisely_security.database.cells.routing import in_cell
from wisely_security.tenancy.admin.users import UserAdmin
from wisely_security.tenancy.models import Session, Tenant, User, UserStatus
from wisely_security.tenancy.sign_in.session_store import SessionStore
from wisely_security.workspace.modules.business_groups import BusinessGroup

from ..conftest import Cells
from .reading import changes, rename, views

EU = "/~eu-1"
USERS = "/admin/tenancy/user/"
LISTS = [
    *("tenancy/tenant", "tenancy/user", "tenancy/role", "login_activity/loginevent", "audit_trail/auditevent"),
    *("findings/finding", "erasure/erasurerequest", "ledger/archive", "ledger/verification"),
    *("workspace/businessgroup", "workspace/messagelink"),
]


def shown(client: Client, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200, (path, page.status_code)
    return page.content.decode()


class TestWhichCell:
    def test_the_address_names_it(self, cells: Cells, dana: Client) -> None:
        first, second = shown(dana, USERS), shown(dana, EU + USERS)
        assert ("alice@acme.example" in first, "uma@umbrella.example" in first) == (True, False)
        assert ("alice@acme.example" in second, "uma@umbrella.example" in second) == (False, True)

    def test_two_tabs_are_in_two_cells(self, cells: Cells, dana: Client) -> None:
        for _ in range(2):
            assert "Umbrella" in shown(dana, f"{EU}/admin/tenancy/tenant/")
            assert "Acme" in shown(dana, "/admin/tenancy/tenant/")

    def test_each_page_says_which_and_stays_in_it(self, cells: Cells, dana: Client) -> None:
        for path in ("/admin/", *(f"/admin/{each}/" for each in LISTS)):
            page = shown(dana, EU + path)
            assert "· eu-1 ·" in page and "<strong>eu-1</strong>" in page
            assert set(re.findall(r'href="(/admin/[^"]*)"', page)) == {path}  # the choice of the first cell
            assert "<strong>main</strong>" in shown(dana, path)

    def test_a_list_leads_to_the_same_list_elsewhere(self, cells: Cells, dana: Client) -> None:
        assert f'href="{EU}{USERS}"' in shown(dana, f"{USERS}?q=alice")
        assert f'href="{USERS}"' in shown(dana, f"{EU}{USERS}")
        assert f'href="{EU}/admin/"' in shown(dana, f"{USERS}{cells.main.alice.pk}/change/")

    def test_a_name_that_is_no_cells_is_not_found(self, cells: Cells, dana: Client) -> None:
        for name in ("us-1", "main", "EU-1", "eu-1.owner", "default", "eu-1~eu-1", ""):
            assert dana.get(f"/~{name}{USERS}").status_code == 404

    def test_an_address_without_its_last_slash_stays_there(self, cells: Cells, dana: Client) -> None:
        for path in ("/admin", "/admin/tenancy/user"):
            assert dana.get(EU + path)["Location"] == f"{EU}{path}/"


class TestComingIn:
    def test_a_shared_link_leads_there_after_the_sign_in(self, cells: Cells) -> None:
        client, path = Client(), f"{EU}{USERS}{cells.eu.uma.pk}/change/"
        there = client.get(path)["Location"]
        assert there == f"/admin/login/?next={path}"
        done = client.post(there, {"username": cells.main.dana.email, "password": PASSWORD, "next": path})
        assert done["Location"] == path
        assert "~" not in client.cookies[settings.SESSION_COOKIE_NAME].value
        assert "uma@umbrella.example" in shown(client, path)

    def test_signing_in_and_out_is_of_the_first_cell(self, cells: Cells) -> None:
        client = Client()
        form = {"username": cells.main.dana.email, "password": PASSWORD}
        assert client.post(f"{EU}/admin/login/", form)["Location"] == "/admin/"
        assert client.get(f"{EU}/admin/login/")["Location"] == "/admin/"
        assert client.post(f"{EU}/admin/login/", form)["Location"] == "/admin/"
        assert client.get(f"{EU}/admin/password_change/")["Location"] == "/account/password/"
        assert client.post(f"{EU}/admin/logout/").status_code in {200, 302}
        assert client.get(f"{EU}{USERS}").status_code == 302
        with acting_as(support=True):
            assert not Session.objects.exists()

    def test_ones_own_pages_are_of_the_first_cell(self, cells: Cells, dana: Client) -> None:
        assert "Your sessions" in shown(dana, f"{EU}/account/sessions/")
        assert dana.get(f"{EU}/")["Location"] == "/admin/"
        assert dana.get(f"{EU}/settings/users/")["Location"] == "/admin/"

    def test_members_are_refused_in_every_cell(self, cells: Cells) -> None:
        for home, member in (("main", cells.main.alice), ("eu-1", cells.eu.uma), ("eu-1", cells.eu.hanna)):
            client = sign_in(member)
            for path in ("/admin/", USERS, f"{USERS}{cells.eu.ulf.pk}/change/"):
                for url in (path, EU + path):
                    assert client.get(url).status_code == client.post(url).status_code == 403
            with in_cell(home), acting_as(support=True):
                refused = LoginEvent.objects.filter(user_email=member.email, reason="no_permission")
                assert [event.tenant_id for event in refused] == [member.tenant_id] * 12

    def test_somebody_deactivated_is_out_of_every_cell_at_once(self, cells: Cells, dana: Client) -> None:
        assert dana.get(f"{EU}{USERS}").status_code == 200
        rename(cells.main, status=UserStatus.SUSPENDED)
        assert dana.get(f"{EU}{USERS}")["Location"].startswith("/admin/login/")

    def test_nobody_is_sent_to_sign_in(self, cells: Cells) -> None:
        for answer in (Client().get(f"{EU}{USERS}"), Client().post(f"{EU}{USERS}")):
            assert answer["Location"].startswith("/admin/login/")


class TestWorkingThere:
    def test_a_view_is_recorded_in_that_cell(self, cells: Cells, dana: Client) -> None:
        before = views("main")
        shown(dana, f"{EU}{USERS}{cells.eu.uma.pk}/change/")
        assert [view["area"] for view in views("eu-1", cells.eu.umbrella)] == ["Django admin: users"]
        assert views("main") == before

    def test_a_change_is_recorded_in_that_cell(self, cells: Cells, dana: Client) -> None:
        path = f"{EU}{USERS}{cells.eu.ulf.pk}/change/"
        assert edit(dana, path, name="Ulf Umlauf")["Location"] == f"{EU}{USERS}"
        with in_cell("eu-1"), acting_as(support=True):
            assert User.objects.get(pk=cells.eu.ulf.pk).name == "Ulf Umlauf"
        assert changes("eu-1", cells.eu.umbrella)[-1] == ("edited", "Dana Diaz (Wisely support)")

    def test_a_record_is_added_there(self, cells: Cells, dana: Client) -> None:
        path = f"{EU}/admin/workspace/businessgroup/add/?tenant={cells.eu.umbrella.pk}"
        form = sent_by(dana.get(path)) | {"name": "Vienna", "owner": cells.eu.uma.pk, "users": [cells.eu.uma.pk]}
        assert dana.post(path, form).status_code == 302
        with in_cell("eu-1"), acting_as(support=True):
            assert BusinessGroup.objects.get().tenant_id == cells.eu.umbrella.pk
        with acting_as(support=True):
            assert not BusinessGroup.objects.exists()

    def test_a_new_tenant_lives_there(self, cells: Cells, dana: Client) -> None:
        path = f"{EU}/admin/tenancy/tenant/add/"
        form = {"name": "Cyberdyne", "slug": "cyberdyne", "edition": "enterprise", "super_admin_name": "Miles Dyson"}
        form |= {"super_admin_email": "miles@cyberdyne.example", "super_admin_time_zone": "UTC"}
        assert dana.post(path, sent_by(dana.get(path)) | form).status_code == 302
        with in_cell("eu-1"), acting_as(support=True):
            assert Tenant.objects.filter(slug="cyberdyne").exists()
        link = re.search(r"https://\S+", str(mail.outbox[-1].body))
        assert link and link[0].startswith("https://security.wisely.example/~eu-1/invitation/")
        assert Client().get(link[0].removeprefix("https://security.wisely.example")).status_code == 200

    def test_why_somebody_cannot_sign_in(self, cells: Cells, dana: Client) -> None:
        Client().post("/sign-in/", {"username": cells.eu.uma.email, "password": "wrong"})
        assert "Wrong password" in shown(dana, f"{EU}/admin/tenancy/user/{cells.eu.uma.pk}/activity/")

    def test_the_story_of_a_session(self, cells: Cells, dana: Client) -> None:
        sign_in(cells.eu.uma)
        with in_cell("eu-1"), acting_as(support=True):
            session = Session.objects.get()
        story = EU + reverse("admin:session_story", args=[cells.eu.umbrella.pk, session.name])
        assert f'href="{EU}/admin/login_activity/loginevent/' in shown(dana, story)
        assert dana.get(story.removeprefix(EU)).status_code == 404

    def test_a_session_is_ended_there(self, cells: Cells, dana: Client) -> None:
        uma = sign_in(cells.eu.uma)
        with in_cell("eu-1"), acting_as(support=True):
            session = Session.objects.get()
        path = f"{EU}{USERS}{cells.eu.uma.pk}/sessions/{session.pk}/end/"
        assert dana.post(path)["Location"] == f"{EU}{USERS}{cells.eu.uma.pk}/change/"
        assert uma.get("/").status_code == 302
        assert dana.get(f"{EU}{USERS}").status_code == 200

    def test_what_they_have_written_is_a_place_in_the_log_of_that_cell(self, cells: Cells) -> None:
        connections.settings["eu-1.replica"] = connections.settings["eu-1"]
        try:
            dana = sign_in_as_support()
            assert edit(dana, f"{EU}{USERS}{cells.eu.ulf.pk}/change/", name="Ulf Umlauf").status_code == 302
        finally:
            connections["eu-1.replica"].close()
            del connections["eu-1.replica"], connections.settings["eu-1.replica"]
        session = SessionStore(dana.cookies[settings.SESSION_COOKIE_NAME].value)
        assert ("eu-1~written" in session, "written" in session) == (True, False)


class TestACellThatIsDown:
    def test_its_page_leads_back(self, cells: Cells, dana: Client) -> None:
        dana.raise_request_exception = False
        assert dana.get(f"{EU}{USERS}").status_code == 200
        cells.eu_server.kill()
        for path in (USERS, "/admin/", f"{USERS}{cells.eu.uma.pk}/change/"):
            page = dana.get(EU + path)
            assert page.status_code == 503
            assert "The cell eu-1 can’t be reached right now." in page.content.decode()
            assert 'href="/admin/"' in page.content.decode()
        assert "<strong>main</strong>" in shown(dana, "/admin/")
        assert "alice@acme.example" in shown(dana, USERS)
        cells.eu_server.start()
        breaker.forget()
        assert "uma@umbrella.example" in shown(dana, f"{EU}{USERS}")

    def test_also_where_it_is_lost_in_the_middle_of_a_page(
        self, cells: Cells, dana: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def lost(*_: object) -> None:
            cells.eu_server.kill()
            User.objects.first()

        monkeypatch.setattr(UserAdmin, "get_queryset", lost)
        page = dana.get(f"{EU}{USERS}")
        assert page.status_code == 503
        assert "The cell eu-1 can’t be reached right now." in page.content.decode()
