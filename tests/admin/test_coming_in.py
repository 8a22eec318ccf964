from __future__ import annotations

from django.test import Client

from tests.support.cast import PASSWORD, Cast, sign_in
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import User, UserStatus

from .site import USERS, every_url


class TestWhoMayComeIn:
    def test_support_signs_in_and_it_is_recorded_without_a_tenant(self, dana: Client, events) -> None:
        assert dana.get("/admin/").status_code == 200
        [event] = events(None, action="log_in")
        assert (event.user_name, event.status) == ("Dana Diaz", "success")

    def test_support_comes_back_to_where_it_wanted_to_go(self, cast: Cast) -> None:
        response = Client().get(USERS)
        assert response["Location"] == f"/admin/login/?next={USERS}"
        form = {"username": "dana@wisely.example", "password": PASSWORD, "next": USERS}
        assert Client().post(response["Location"], form)["Location"] == USERS

    def test_a_member_with_the_right_password_is_refused_and_recorded(self, cast: Cast, events) -> None:
        client = Client()
        response = client.post("/admin/login/", {"username": "alice@acme.example", "password": PASSWORD})
        assert response.status_code == 400
        assert "The e-mail address or password is incorrect." in response.content.decode()
        [event] = events(cast.acme, action="log_in")
        assert (event.user_name, event.status, event.reason) == ("Alice Adams", "failure", "no_permission")
        assert client.get("/admin/").status_code == 302

    def test_a_wrong_password_of_support_is_recorded(self, cast: Cast, events) -> None:
        assert Client().post("/admin/login/", {"username": "dana@wisely.example", "password": "?"}).status_code == 400
        [event] = events(None)
        assert (event.user_name, event.reason) == ("Dana Diaz", "wrong_password")

    def test_nobody_else_can_open_any_page(self, dana: Client, cast: Cast) -> None:
        for member in (cast.alice, cast.bob, cast.charlie, cast.erin):
            client = sign_in(member)
            for url in every_url(cast):
                assert client.get(url).status_code == 403, (member, url)
                assert client.post(url).status_code == 403, (member, url)
        for url in every_url(cast):
            for response in (Client().get(url), Client().post(url)):
                assert response.status_code == 302, url
                assert response["Location"].startswith("/admin/login/"), url

    def test_the_refusal_is_in_the_members_own_record(self, cast: Cast, events) -> None:
        sign_in(cast.bob).get(USERS)
        [event] = events(cast.acme, action="view")
        assert (event.user_name, event.status, event.reason) == ("Bob Brown", "failure", "no_permission")
        assert event.detail == {"area": "Django admin"}

    def test_suspended_support_is_out_at_once(self, dana: Client, cast: Cast) -> None:
        with acting_as(support=True):
            User.objects.filter(pk=cast.dana.pk).update(status=UserStatus.SUSPENDED)
        assert dana.get(USERS).status_code == 302

    def test_support_sees_no_tenant_outside_the_admin(self, dana: Client) -> None:
        assert dana.get("/settings/users/")["Location"] == "/admin/"

    def test_the_password_is_changed_where_it_is_recorded(self, dana: Client) -> None:
        assert dana.get("/admin/password_change/")["Location"] == "/account/password/"

    def test_signing_out(self, dana: Client, events) -> None:
        assert dana.post("/admin/logout/").status_code in (200, 302)
        assert events(None, action="log_out")
        assert not events(None, action="end_session")


def test_there_is_no_way_from_a_record_to_a_page_of_the_site(dana: Client) -> None:
    assert dana.get("/admin/r/1/1/").status_code == 404
