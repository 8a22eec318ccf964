from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from audit_trail.models import AuditEvent
from tests.support.cast import Cast, sign_in
from wisely_security.ledger.models import NO_TENANT
from wisely_security.tenancy.models import Role, Session, Tenant, User, UserStatus

from .site import ROLES, TENANTS, USERS, AuditTrail, edit


class TestUsers:
    def test_the_page_shows_no_password(self, dana: Client, cast: Cast) -> None:
        html = dana.get(f"{USERS}{cast.bob.pk}/change/").content.decode()
        assert cast.bob.password not in html
        assert "md5" not in html

    def test_an_edit_records_values_before_and_after(self, dana: Client, cast: Cast, events, seen_by_support) -> None:
        finance, audit_trail = Role.objects.get(tenant=cast.acme, key="finance"), AuditTrail(cast.acme)
        response = edit(dana, f"{USERS}{cast.bob.pk}/change/", name="Bob Braun", role=finance.pk)
        assert response.status_code == 302
        bob = User.objects.get(pk=cast.bob.pk)
        assert (bob.name, bob.role) == ("Bob Braun", finance)
        event = audit_trail.only()
        assert (event.actor_name, event.action, event.status) == ("Dana Diaz (Wisely support)", "edited", "success")
        assert [(change["before"], change["after"]) for change in event.changes] == [
            ("Developer", "Finance"),
            ("Bob Brown", "Bob Braun"),
        ]
        assert events(cast.acme, action="edit") == []  # one change is recorded once

    def test_an_edit_that_changes_nothing_is_not_recorded(self, dana: Client, cast: Cast, events) -> None:
        audit_trail = AuditTrail(cast.acme)
        assert edit(dana, f"{USERS}{cast.bob.pk}/change/").status_code == 302
        assert audit_trail.new() == events(cast.acme, action="edit") == []

    def test_a_time_zone_of_an_old_name_is_kept(self, dana: Client, cast: Cast, seen_by_support) -> None:
        User.objects.filter(pk=cast.bob.pk).update(time_zone="Japan")
        assert edit(dana, f"{USERS}{cast.bob.pk}/change/", name="Bob B.").status_code == 302
        assert User.objects.get(pk=cast.bob.pk).time_zone == "Japan"

    def test_a_refused_edit_is_recorded_as_a_failure(self, dana: Client, cast: Cast, events, seen_by_support) -> None:
        elsewhere, audit_trail = Role.objects.get(tenant=cast.globex, key="admin"), AuditTrail(cast.acme)
        response = edit(dana, f"{USERS}{cast.bob.pk}/change/", role=elsewhere.pk)
        assert response.status_code == 200
        event = audit_trail.only()
        assert (event.status, event.reason_code, event.action) == ("failure", "invalid_input", "edited")
        assert (event.resource_id, event.resource_name) == (cast.bob.pk, "Bob Brown")
        assert event.reason == "Role: Choose one from the list."
        assert events(cast.acme, action="edit") == []
        assert User.objects.get(pk=cast.bob.pk).role == cast.bob.role

    def test_suspending_ends_the_sessions_and_activating_lets_in_again(self, dana: Client, cast: Cast, events) -> None:
        bob, url = sign_in(cast.bob), f"{USERS}{cast.bob.pk}/change/"
        audit_trail = AuditTrail(cast.acme)
        assert edit(dana, url, status="suspended").status_code == 302
        assert bob.get("/account/profile/").status_code == 302
        [ended] = events(cast.acme, action="end_session")
        assert (ended.user_name, ended.reason) == ("Bob Brown", "account_suspended")
        assert ended.acted_by == "Dana Diaz (Wisely support)"
        assert edit(dana, url, status="active").status_code == 302
        sign_in(cast.bob)
        assert [event.action for event in audit_trail.new()] == ["suspend", "activate"]

    def test_the_super_admin_and_oneself_cannot_be_suspended(self, dana: Client, cast: Cast, seen_by_support) -> None:
        for tenant, user, why in (
            (cast.acme.pk, cast.alice, "Make someone else Super Admin first."),
            (NO_TENANT, cast.dana, "You can’t suspend yourself."),
        ):
            response = edit(dana, f"{USERS}{user.pk}/change/", status="suspended")
            assert why in response.content.decode()
            assert User.objects.get(pk=user.pk).status == UserStatus.ACTIVE
            event = AuditEvent.objects.filter(tenant_id=tenant).latest("id")
            assert (event.action, event.status, event.resource_name) == ("suspend", "failure", user.name)
            assert why in event.reason

    def test_inviting(self, dana: Client, cast: Cast, events, seen_by_support) -> None:
        role, audit_trail = Role.objects.get(tenant=cast.acme, key="finance"), AuditTrail(cast.acme)
        url = f"{USERS}add/?tenant={cast.acme.pk}"
        assert edit(dana, url, email="Fay@acme.example", name="Fay Fox", role=role.pk).status_code == 302
        fay = User.objects.get(email="fay@acme.example")
        assert (fay.tenant, fay.role, fay.status, fay.time_zone) == (cast.acme, role, "pending", "Asia/Kolkata")
        assert not fay.has_usable_password()
        [message] = mail.outbox
        assert message.to == ["fay@acme.example"]
        event = audit_trail.only()
        assert (event.action, event.actor_name) == ("invite", "Dana Diaz (Wisely support)")
        assert {"field": "role", "label": "Role", "after": "Finance"} in event.changes
        response = dana.post(f"{USERS}{fay.pk}/invite-again/")
        assert response.status_code == 302
        assert len(mail.outbox) == 2
        [event] = events(cast.acme, action="edit")
        assert event.detail["changes"] == {"Invitation": ["", "Sent again"]}

    def test_a_mail_server_that_refuses_leaves_nobody_behind(
        self, dana: Client, cast: Cast, events, settings, seen_by_support
    ) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", 1
        role, audit_trail = Role.objects.get(tenant=cast.acme, key="finance"), AuditTrail(cast.acme)
        url = f"{USERS}add/?tenant={cast.acme.pk}"
        response = edit(dana, url, email="fay@acme.example", name="Fay Fox", role=role.pk)
        assert response.status_code == 302
        assert "Nothing was saved. The mail server didn’t accept" in dana.get(response["Location"]).content.decode()
        assert not User.objects.filter(email="fay@acme.example").exists()
        event = audit_trail.only()
        assert (event.action, event.status, event.reason_code) == ("invite", "failure", "email_failed")

    @pytest.mark.parametrize("domain", ["é" * 60 + ".example", "\u00ad.example"])
    def test_no_invitation_is_sent_to_an_address_that_cannot_receive_mail(
        self, dana: Client, cast: Cast, domain: str, seen_by_support
    ) -> None:
        role = Role.objects.get(tenant=cast.acme, key="finance")
        invited = edit(dana, f"{USERS}add/?tenant={cast.acme.pk}", email=f"n@{domain}", name="Fay Fox", role=role.pk)
        created = edit(
            dana, f"{TENANTS}add/", name="Umbrella", slug="umbrella", edition="enterprise",
            super_admin_name="Uma Ullman", super_admin_email=f"n@{domain}",
        )  # fmt: skip
        for response in (invited, created):
            assert response.status_code == 200
            assert "errorlist" in response.content.decode()
        assert mail.outbox == []
        assert not Tenant.objects.filter(slug="umbrella").exists()

    @pytest.mark.parametrize("path", [USERS, ROLES])
    @pytest.mark.parametrize("query", ["", "?tenant=", "?tenant=nonsense", f"?tenant={NO_TENANT}"])
    def test_adding_starts_at_a_tenant(self, dana: Client, path: str, query: str) -> None:
        assert dana.get(f"{path}add/{query}")["Location"] == TENANTS
        assert dana.post(f"{path}add/{query}")["Location"] == TENANTS

    def test_a_session_is_shown_and_ended(self, dana: Client, cast: Cast, events, seen_by_support) -> None:
        bob = sign_in(cast.bob)
        session = Session.objects.get(user=cast.bob)
        end = f"{USERS}{cast.bob.pk}/sessions/{session.pk}/end/"
        html = dana.get(f"{USERS}{cast.bob.pk}/change/").content.decode()
        assert f'formaction="{end}"' in html
        assert session.key_hash not in html
        assert dana.get(end).status_code == 405
        assert dana.post(f"{USERS}{cast.alice.pk}/sessions/{session.pk}/end/").status_code == 404
        assert dana.post(end).status_code == 302
        assert bob.get("/account/profile/").status_code == 302
        [ended] = events(cast.acme, action="end_session")
        assert (ended.reason, ended.acted_by) == ("ended_by_admin", "Dana Diaz (Wisely support)")

    def test_nobody_is_deleted(self, dana: Client, cast: Cast, seen_by_support) -> None:
        audit_trail = AuditTrail(cast.acme)
        for url in (f"{USERS}{cast.bob.pk}/delete/", f"{TENANTS}{cast.acme.pk}/delete/"):
            assert dana.post(url, {"post": "yes"}).status_code == 403
        event = audit_trail.only()
        assert (event.action, event.reason_code, event.resource_name) == ("delete", "no_permission", "Bob Brown")
        assert event.reason == "Support staff can’t do this."
        assert User.objects.filter(pk=cast.bob.pk).exists()
