from __future__ import annotations

import pytest
from django.test import Client

from tests.support.cast import Cast
from wisely_security.tenancy.models import Role, User

from .site import ROLES, AuditTrail, edit


class TestRoles:
    def test_a_role_is_added_edited_and_deleted(self, dana: Client, cast: Cast, events, seen_by_support) -> None:
        given, audit_trail = ["login_activity.view", "login_activity.download"], AuditTrail(cast.acme)
        url = f"{ROLES}add/?tenant={cast.acme.pk}"
        assert edit(dana, url, name="Auditor", permissions=given).status_code == 302
        role = Role.objects.get(name="Auditor")
        assert (role.tenant, sorted(role.permissions)) == (cast.acme, sorted(given))
        assert edit(dana, f"{ROLES}{role.pk}/change/", permissions=given[:1]).status_code == 302
        assert Role.objects.get(pk=role.pk).permissions == given[:1]
        assert dana.post(f"{ROLES}{role.pk}/delete/", {"post": "yes"}).status_code == 302
        assert not Role.objects.filter(pk=role.pk).exists()
        added, edited, deleted = audit_trail.new()
        assert [event.action for event in (added, edited, deleted)] == ["add", "edit", "delete"]
        assert {event.actor_name for event in (added, edited, deleted)} == {"Dana Diaz (Wisely support)"}
        assert edited.changes[0]["removed"] == ["Login Activity: Download Login Activity"]
        assert events(cast.acme, action="edit") == []

    def test_a_role_in_use_cannot_be_deleted(self, dana: Client, cast: Cast, seen_by_support) -> None:
        role = Role.objects.create(tenant=cast.acme, name="Auditor")
        User.objects.filter(pk=cast.bob.pk).update(role=role)
        audit_trail = AuditTrail(cast.acme)
        response = dana.post(f"{ROLES}{role.pk}/delete/", {"post": "yes"})
        assert response.status_code == 200
        assert "Bob Brown" in response.content.decode()
        event = audit_trail.only()
        assert (event.action, event.reason_code, event.resource_name) == ("delete", "in_use", "Auditor")
        assert event.reason == "It is used by Bob Brown. Change that first."
        assert Role.objects.filter(pk=role.pk).exists()

    def test_a_built_in_role_is_read_only(self, dana: Client, cast: Cast, seen_by_support) -> None:
        role = Role.objects.get(tenant=cast.acme, key="admin")
        html = dana.get(f"{ROLES}{role.pk}/change/").content.decode()
        assert "View Login Activity" in html
        assert 'name="_save"' not in html
        audit_trail = AuditTrail(cast.acme)
        assert dana.post(f"{ROLES}{role.pk}/change/", {"name": "Boss"}).status_code == 403
        assert dana.post(f"{ROLES}{role.pk}/delete/", {"post": "yes"}).status_code == 403
        recorded = [(event.action, event.reason_code, event.resource_name) for event in audit_trail.new()]
        assert recorded == [("edit", "no_permission", "Admin"), ("delete", "no_permission", "Admin")]

    @pytest.mark.parametrize("name", ["Admin", "DEVELOPER", "super admin", "ｓuper\u00a0Admin", "x\u202ey"])
    def test_a_name_that_is_taken_is_refused(self, dana: Client, cast: Cast, name: str, seen_by_support) -> None:
        response = edit(dana, f"{ROLES}add/?tenant={cast.acme.pk}", name=name)
        assert response.status_code == 200
        assert Role.objects.filter(tenant=cast.acme).count() == 6
