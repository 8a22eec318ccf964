"""Users: invited, edited, suspended, deleted; no one raises their own rights; there is exactly one Super Admin."""

from __future__ import annotations

import pytest
from django.test import Client

from audit_trail.models import AuditEvent
from tests.support.cast import Cast, add_member, person, sign_in
from tests.support.servers.smtp import MailServer
from tests.workspace.audit_assertions import AuditTrail, displayed_changes, state_of
from tests.workspace.browsing import Visitor
from tests.workspace.failures.failing import ROWS, only_failure
from tests.workspace.samples.making import make
from tests.workspace.samples.users import user
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Role, User, UserStatus

INVITE = ROWS["Users, User: Invite"]
PASSWORD = "four words of another kind"


def link_in(mailbox: MailServer) -> str:
    text = mailbox.messages[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    return str(next(word for word in text.split() if "/invitation/" in word))


class TestInvitation:
    def test_accepting_an_invitation_makes_the_user_active_and_is_recorded_as_their_own_action(
        self, workspace: Cast, visitor: Visitor, audit_trail: AuditTrail, mailbox: MailServer
    ) -> None:
        INVITE.do(visitor)
        assert "User “Nora North” invited." in visitor.text
        assert [message["To"] for message in mailbox.messages] == ["nora@acme.example"]
        audit_trail.new()
        guest = Visitor(Client())
        guest.open(link_in(mailbox)).press({"New password": PASSWORD})
        [event] = audit_trail.new()
        assert (event.action_label, event.actor_name, event.resource_name) == ("Activate", "Nora North", "Nora North")
        assert {"label": "Status", "before": "Invited", "after": "Active"} in displayed_changes(event)
        assert user(workspace, "Nora North").status == UserStatus.ACTIVE

    def test_is_sent_again(
        self, workspace: Cast, visitor: Visitor, audit_trail: AuditTrail, mailbox: MailServer
    ) -> None:
        visitor.open("/settings/users/").follow("Ina Inoue")
        visitor.send(visitor.form_with("Invite again"))
        assert [message["To"] for message in mailbox.messages] == ["ina@acme.example"]
        [event] = audit_trail.new()
        assert (event.action_label, event.resource_name, event.status) == ("Invite", "Ina Inoue", "success")

    @pytest.mark.parametrize("again", [False, True])
    def test_that_the_mail_server_refuses_creates_nobody(
        self, workspace: Cast, visitor: Visitor, audit_trail: AuditTrail, mailbox: MailServer, again: bool
    ) -> None:
        mailbox.refuses = True
        before = state_of(workspace.acme)
        if again:
            visitor.open("/settings/users/").follow("Ina Inoue")
            visitor.send(visitor.form_with("Invite again"))
        else:
            INVITE.do(visitor)
            assert visitor.form.values["email"] == "nora@acme.example"
        assert visitor.answer.status_code == 503
        event = only_failure(audit_trail, INVITE)
        assert event.reason_code == "email_failed"
        assert event.reason == "The mail server didn’t accept the e-mail: 451 Try again later"
        assert event.reason in visitor.text
        assert state_of(workspace.acme) == before


class TestSuspension:
    def test_ends_sessions_and_sign_ins_until_somebody_activates(self, workspace: Cast, visitor: Visitor) -> None:
        ella = sign_in(user(workspace, "Ella Ellis"))
        ROWS["Users, User: Suspend"].do(visitor)
        assert ella.get("/account/sessions/").status_code == 302
        with pytest.raises(AssertionError, match="Your account is suspended"):
            sign_in(user(workspace, "Ella Ellis"))
        visitor.send(visitor.form_with("Activate"))
        sign_in(user(workspace, "Ella Ellis"))

    def test_of_somebody_invited_ends_with_the_invitation_they_had(self, workspace: Cast, visitor: Visitor) -> None:
        visitor.open("/settings/users/").follow("Ina Inoue").follow_in_page("Suspend").press()
        visitor.send(visitor.form_with("Activate"))
        assert user(workspace, "Ina Inoue").status == UserStatus.PENDING


def test_history_keeps_the_name_of_the_deleted(workspace: Cast, visitor: Visitor) -> None:
    admin = add_member(workspace.acme, "admin", person("Ada Admin", "ada@acme.example"))
    ROWS["Roles, Role: Add"].do(Visitor(sign_in(admin)))
    visitor.open("/settings/users/").follow("Ada Admin").follow_in_page("Delete").press()
    with acting_as(tenant_id=workspace.acme.pk):
        assert not User.objects.filter(pk=admin.pk).exists()
        event = AuditEvent.objects.for_tenant(workspace.acme.pk).get(resource_name="Reviewer")
    assert (event.actor_name, event.actor_email) == ("Ada Admin", "ada@acme.example")
    assert "Ada Admin" in visitor.open("/settings/security/audit-trail/").text


VERBS = {"Make admin", "Suspend", "Delete", "Make Super Admin", "Invite again", "Activate"}
PRESSED = ["make-admin", "suspend", "delete", "hand-over", "activate", "invite-again"]


@pytest.fixture
def admin(workspace: Cast) -> Visitor:
    return Visitor(sign_in(add_member(workspace.acme, "admin", person("Ada Admin", "ada@acme.example"))))


class TestRights:
    @pytest.mark.parametrize("verb", PRESSED)
    @pytest.mark.parametrize("name", ["Ada Admin", "Alice Adams"])
    def test_cannot_be_applied_to_oneself_nor_by_an_admin_to_the_super_admin(
        self, workspace: Cast, admin: Visitor, verb: str, name: str
    ) -> None:
        admin.open("/settings/users/").follow(name)
        assert VERBS.isdisjoint(admin.offered)
        audit_trail, before = AuditTrail(workspace.acme), state_of(workspace.acme)
        assert admin.client.post(f"{admin.url}{verb}/").status_code == 409
        [event] = audit_trail.new()
        assert (event.status, event.reason_code, event.resource_name) == ("failure", "not_allowed", name)
        assert state_of(workspace.acme) == before

    def test_an_admin_does_not_edit_the_super_admin(self, workspace: Cast, admin: Visitor) -> None:
        admin.open("/settings/users/").follow("Alice Adams")
        assert "Edit" not in admin.offered
        audit_trail = AuditTrail(workspace.acme)
        assert admin.client.post(f"{admin.url}edit/", {"name": "Mallory"}).status_code == 409
        assert (
            only_failure(audit_trail, ROWS["Users, User: Edited"]).reason == "Only the Super Admin can edit this user."
        )

    def test_nobody_can_change_their_own_role(self, workspace: Cast, admin: Visitor) -> None:
        admin.open("/settings/users/").follow("Ada Admin").follow_in_page("Edit")
        form = admin.form
        form.fill({"Name": "Ada Again"})
        form.values["role"] = str(user(workspace, "Ella Ellis").role_id)
        admin.send(form)
        ada = user(workspace, "Ada Again")
        assert ada.role_name == "Admin"

    @pytest.fixture
    def manager(self, workspace: Cast) -> Visitor:
        """May manage people, and not much else."""
        role = Role(
            tenant=workspace.acme, name="People", permissions=["users.view", "users.edit", "roles.view", "roles.edit"]
        )
        with acting_as(tenant_id=workspace.acme.pk):
            role.save()
        member = add_member(workspace.acme, "mis", person("Max Manager", "max@acme.example"))
        with acting_as(tenant_id=workspace.acme.pk):
            User.objects.filter(pk=member.pk).update(role=role)
            return Visitor(sign_in(User.objects.get(pk=member.pk)))

    def test_a_user_with_fewer_permissions_cannot_make_an_admin(self, workspace: Cast, manager: Visitor) -> None:
        audit_trail = AuditTrail(workspace.acme)
        ROWS["Users, User: Made Admin"].do(manager)
        assert manager.answer.status_code == 409
        event = only_failure(audit_trail, ROWS["Users, User: Made Admin"])
        assert event.reason == "Admins have permissions that your own role doesn’t have."
        for row, label in ((INVITE, "Invite"), (ROWS["Users, User: Edited"], "Edited")):
            form = row.begin(manager)
            form.fill({"Role": "Admin"})
            manager.send(form)
            assert manager.form.errors() == {"role": "This role has permissions that your own role doesn’t have."}
            [event] = audit_trail.new()
            assert (event.action_label, event.reason_code) == (label, "invalid_input")

    def test_a_user_who_manages_others_cannot_be_changed_by_those_with_fewer_permissions(
        self, workspace: Cast, manager: Visitor
    ) -> None:
        admin = add_member(workspace.acme, "admin", person("Ada Admin", "ada@acme.example"))
        for verb in ("suspend", "delete"):
            page = manager.client.post(f"/settings/users/{admin.pk}/{verb}/", {})
            assert page.status_code == 409
            assert "Ada Admin has permissions that your own role doesn’t have." in page.content.decode()
        with acting_as(tenant_id=workspace.acme.pk):
            assert User.objects.get(pk=admin.pk).status == UserStatus.ACTIVE

    def test_so_is_their_role(self, workspace: Cast, manager: Visitor) -> None:
        lead = make(Role, workspace.acme, name="Lead", permissions=["users.edit", "audit_trail.download"])
        page = manager.client.post(f"/settings/roles/{lead.pk}/edit/", {"name": "Lead", "permissions": []})
        assert page.status_code == 409
        assert "Lead has permissions that your own role doesn’t have." in page.content.decode()
        with acting_as(tenant_id=workspace.acme.pk):
            assert len(Role.objects.get(pk=lead.pk).permissions) == 2

    def test_nobody_can_grant_permissions_that_they_lack(self, workspace: Cast, manager: Visitor) -> None:
        audit_trail, row = AuditTrail(workspace.acme), ROWS["Roles, Role: Add"]
        row.do(manager)
        assert manager.form.errors()["permissions"] == "You can only grant permissions that you have yourself."
        only_failure(audit_trail, row)

    def test_nobody_can_edit_their_own_role(self, workspace: Cast, manager: Visitor) -> None:
        manager.open("/settings/roles/").follow("People")
        assert "Edit" not in manager.offered
        audit_trail = AuditTrail(workspace.acme)
        assert manager.client.post(f"{manager.url}edit/").status_code == 409
        event = only_failure(audit_trail, ROWS["Roles, Role: Edit"])
        assert event.reason == "You can’t change your own role."

    def test_a_role_of_another_tenant_is_not_a_choice(self, workspace: Cast, visitor: Visitor) -> None:
        with acting_as(tenant_id=workspace.globex.pk):
            other = Role.objects.get(key="finance")
        form = ROWS["Users, User: Edited"].begin(visitor)
        form.values["role"] = str(other.pk)
        assert visitor.send(form).answer.status_code == 400
        assert user(workspace, "Ella Ellis").role_name == "MIS"


class TestSuperAdmin:
    def test_the_position_is_handed_over_in_one_action(
        self, workspace: Cast, visitor: Visitor, audit_trail: AuditTrail
    ) -> None:
        visitor.open("/settings/users/").follow("Bob Brown").follow_in_page("Make Super Admin").press()
        assert "Bob Brown is now the Super Admin. Your role is now Admin." in visitor.text
        [event] = audit_trail.new()
        assert (event.action_label, event.resource_name, event.resource_id) == (
            "Made Admin",
            "Bob Brown",
            workspace.bob.pk,
        )
        assert displayed_changes(event) == [{"label": "Super Admin", "before": "Alice Adams", "after": "Bob Brown"}]
        names = ("Alice Adams", "Bob Brown", "Ella Ellis", "Sam Stone", "Ina Inoue")
        assert [name for name in names if user(workspace, name).is_super_admin] == ["Bob Brown"]
        assert VERBS.isdisjoint(visitor.open("/settings/users/").follow("Bob Brown").offered)

    @pytest.mark.parametrize("name", ["Sam Stone", "Ina Inoue"])
    def test_not_to_a_user_who_cannot_sign_in(self, workspace: Cast, visitor: Visitor, name: str) -> None:
        visitor.open("/settings/users/").follow(name)
        assert "Make Super Admin" not in visitor.offered
        audit_trail = AuditTrail(workspace.acme)
        assert visitor.client.post(f"{visitor.url}hand-over/").status_code == 409
        [event] = audit_trail.new()
        assert event.reason == f"{name} hasn’t accepted the invitation yet or is suspended."
        assert user(workspace, "Alice Adams").is_super_admin


def test_a_sign_in_meanwhile_does_not_count_as_a_change_of_the_user(workspace: Cast, visitor: Visitor) -> None:
    visitor.open(f"/settings/users/{workspace.bob.pk}/suspend/")
    form = visitor.form
    sign_in(workspace.bob)
    visitor.send(form)
    with acting_as(tenant_id=workspace.acme.pk):
        assert User.objects.get(pk=workspace.bob.pk).status == UserStatus.SUSPENDED


def test_very_many_users_come_in_pages_of_few_statements(cast: Cast, django_assert_max_num_queries) -> None:
    alice = Visitor(sign_in(cast.alice))
    for number in range(60):
        add_member(cast.acme, "mis", person(f"Person {number:02}", f"person{number:02}@acme.example"))
    with django_assert_max_num_queries(6):  # two of them the savepoint of a test
        alice.open("/settings/users/")
    assert "1–50 of 62" in alice.text
    assert "51–62 of 62" in alice.open("/settings/users/?page=2").text
    alice.open("/settings/users/?q=person07")
    assert ("Person 07" in alice.text, "Person 08" in alice.text) == (True, False)
