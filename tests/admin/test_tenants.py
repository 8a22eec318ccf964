from __future__ import annotations

import re

from django.core import mail
from django.test import Client

from tests.support.cast import Cast
from wisely_security.tenancy.models import Tenant, User, UserStatus
from wisely_security.workspace.modules.access_accounts import AccessAccount
from wisely_security.workspace.modules.business_groups import BusinessGroup

from .site import TENANTS, USERS, AuditTrail, edit, list_of


class TestTenants:
    def test_a_new_tenant_comes_with_its_super_admin(self, dana: Client, cast: Cast, events, seen_by_support) -> None:
        response = edit(
            dana, f"{TENANTS}add/", name="Umbrella", slug="umbrella", edition="enterprise", aggregator=cast.initech.pk,
            super_admin_name="Uma Ullman", super_admin_email="Uma@umbrella.example",
            super_admin_time_zone="Europe/Berlin",
        )  # fmt: skip
        assert response.status_code == 302
        umbrella = Tenant.objects.get(slug="umbrella")
        uma = umbrella.super_admin
        assert (uma.name, uma.email, uma.status) == ("Uma Ullman", "uma@umbrella.example", "pending")
        assert umbrella.roles.count() == 7 - 1  # Super Admin is no role
        assert umbrella.aggregator == cast.initech
        [message] = mail.outbox
        assert message.to == ["uma@umbrella.example"]
        [event] = events(umbrella, action="edit")
        assert event.detail["changes"].items() >= {"Name": ["", "Umbrella"], "Edition": ["", "Enterprise"]}.items()
        link = re.search(r"https://security.wisely.example(/invitation/\S+)", str(message.body))
        assert link
        assert Client().get(link[1]).status_code == 200

    def test_bad_input_creates_nothing(self, dana: Client, cast: Cast, seen_by_support) -> None:
        response = edit(
            dana, f"{TENANTS}add/", name="Umbrella", slug="acme", edition="aggregator", aggregator=cast.initech.pk,
            super_admin_name="Alice", super_admin_email="alice@ACME.example",
        )  # fmt: skip
        html = response.content.decode()
        assert "This e-mail address is taken." in html
        assert "Only an enterprise can belong to an aggregator." in html
        assert "Tenant with this Slug already exists." in html
        assert Tenant.objects.count() == 3

    def test_names_are_one_line_without_direction_marks(self, dana: Client, seen_by_support) -> None:
        response = edit(
            dana, f"{TENANTS}add/", name="Umb\u202erella", slug="umbrella", edition="enterprise",
            super_admin_name="Uma\u2028Umber", super_admin_email="uma@umbrella.example",
        )  # fmt: skip
        assert response.content.decode().count("can’t be displayed: ") == 2
        assert Tenant.objects.count() == 3

    def test_the_super_admin_hands_over_to_an_active_user_of_the_tenant(
        self, dana: Client, cast: Cast, events, seen_by_support
    ) -> None:
        url, audit_trail = f"{TENANTS}{cast.acme.pk}/change/", AuditTrail(cast.acme)
        assert edit(dana, url, super_admin=cast.charlie.pk).status_code == 200
        event = audit_trail.only()
        assert (event.action, event.status, event.resource_name) == ("made_admin", "failure", "Alice Adams")
        User.objects.filter(pk=cast.bob.pk).update(status=UserStatus.SUSPENDED)
        assert edit(dana, url, super_admin=cast.bob.pk).status_code == 200
        User.objects.filter(pk=cast.bob.pk).update(status=UserStatus.ACTIVE)
        audit_trail.new()
        assert edit(dana, url, super_admin=cast.bob.pk, session_idle_minutes="10").status_code == 302
        assert Tenant.objects.get(pk=cast.acme.pk).super_admin == cast.bob
        assert User.objects.get(pk=cast.bob.pk).role_name == "Super Admin"
        assert User.objects.get(pk=cast.alice.pk).role_name == "Admin"
        event = audit_trail.only()
        assert (event.action, event.resource_name) == ("made_admin", "Bob Brown")
        [view] = events(cast.acme, action="edit")
        assert view.detail["changes"] == {"End a session after no activity for": ["720", "10"]}

    def test_sign_in_settings_are_recorded_in_login_activity(self, dana: Client, cast: Cast, events) -> None:
        url, audit_trail = f"{TENANTS}{cast.acme.pk}/change/", AuditTrail(cast.acme)
        assert edit(dana, url, session_idle_minutes="1").status_code == 200
        assert edit(dana, url, session_idle_minutes="10").status_code == 302
        assert [event.status for event in events(cast.acme, action="edit")] == ["failure", "success"]
        assert audit_trail.new() == []

    def test_its_page_links_to_everything_that_belongs_to_it(self, dana: Client, cast: Cast) -> None:
        html = dana.get(f"{TENANTS}{cast.acme.pk}/change/").content.decode()
        assert f'href="{USERS}?tenant=acme">Users</a>' in html
        assert (
            f'href="{list_of(BusinessGroup)}add/?tenant={cast.acme.pk}" class="addlink">Add business group</a>' in html
        )
        assert f'href="{list_of(AccessAccount)}?tenant=acme">Access accounts</a>' in html
        assert f"{list_of(AccessAccount)}add/" not in html

    def test_edition_is_not_edited(self, dana: Client, cast: Cast, seen_by_support) -> None:
        assert edit(dana, f"{TENANTS}{cast.acme.pk}/change/", edition="aggregator").status_code == 302
        assert Tenant.objects.get(pk=cast.acme.pk).edition == "enterprise"

    def test_search(self, dana: Client, cast: Cast) -> None:
        for search, found in (("glob", [cast.globex]), ("ACME", [cast.acme]), ("nothing", [])):
            assert list(dana.get(TENANTS, {"q": search}).context["cl"].result_list) == found
