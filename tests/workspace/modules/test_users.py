"""Users: invited, edited, suspended, deleted; nobody raises their own rights, and there is exactly one Super Admin."""

from __future__ import annotations

import pytest
from django.test import Client

from audit_trail.models import AuditEvent
from tests.audit_trail.capture.factories import make
from tests.support.cast import Cast, add_member, person, sign_in
from tests.support.smtp import MailServer
from tests.workspace.audit_assertions import Trail, said, state_of
from tests.workspace.browsing import Visitor
from tests.workspace.failures.failing import ROWS, only_failure
from tests.workspace.fixtures import user
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Role, User, UserStatus

INVITE = ROWS["Users, User: Invite"]
PASSWORD = "four words of another kind"


def link_in(mailbox: MailServer) -> str:
    text = mailbox.messages[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    return str(next(word for word in text.split() if "/invitation/" in word))


class TestInvitation:
    def test_who_accepts_is_active_by_their_own_doing(
        self, world: Cast, visitor: Visitor, trail: Trail, mailbox: MailServer
    ) -> None:
        INVITE.do(visitor)
        assert "User “Nora North” invited." in visitor.text
        assert [message["To"] for message in mailbox.messages] == ["nora@acme.example"]
        trail.new()
        guest = Visitor(Client())
        guest.open(link_in(mailbox)).press({"New password": PASSWORD})
        [event] = trail.new()
        assert (event.action_label, event.actor_name, event.resource_name) == ("Activate", "Nora North", "Nora North")
        assert {"label": "Status", "before": "Invited", "after": "Active"} in said(event)
        assert user(world, "Nora North").status == UserStatus.ACTIVE

    def test_is_sent_again(self, world: Cast, visitor: Visitor, trail: Trail, mailbox: MailServer) -> None:
        visitor.open("/settings/users/").follow("Ina Inoue")
        visitor.send(visitor.form_with("Invite again"))
        assert [message["To"] for message in mailbox.messages] == ["ina@acme.example"]
        [event] = trail.new()
        assert (event.action_label, event.resource_name, event.status) == ("Invite", "Ina Inoue", "success")

    @pytest.mark.parametrize("again", [False, True])
    def test_that_the_mail_server_does_not_take_creates_nobody(
        self, world: Cast, visitor: Visitor, trail: Trail, mailbox: MailServer, again: bool
    ) -> None:
        mailbox.refuses = True
        before = state_of(world.acme)
        if again:
            visitor.open("/settings/users/").follow("Ina Inoue")
            visitor.send(visitor.form_with("Invite again"))
        else:
            INVITE.do(visitor)
            assert visitor.form.values["email"] == "nora@acme.example"
        assert visitor.answer.status_code == 503
        event = only_failure(trail, INVITE)
        assert event.reason_code == "email_failed"
        assert event.reason == "The mail server didn’t accept the e-mail: 451 Try again later"
        assert event.reason in visitor.text
        assert state_of(world.acme) == before


class TestSuspension:
    def test_ends_sessions_and_sign_ins_until_somebody_activates(self, world: Cast, visitor: Visitor) -> None:
        ella = sign_in(user(world, "Ella Ellis"))
        ROWS["Users, User: Suspend"].do(visitor)
        assert ella.get("/account/sessions/").status_code == 302
        with pytest.raises(AssertionError, match="Your account is suspended"):
            sign_in(user(world, "Ella Ellis"))
        visitor.send(visitor.form_with("Activate"))
        sign_in(user(world, "Ella Ellis"))

    def test_of_somebody_invited_ends_with_the_invitation_they_had(self, world: Cast, visitor: Visitor) -> None:
        visitor.open("/settings/users/").follow("Ina Inoue").follow_in_page("Suspend").press()
        visitor.send(visitor.form_with("Activate"))
        assert user(world, "Ina Inoue").status == UserStatus.PENDING


def test_history_keeps_the_name_of_the_deleted(world: Cast, visitor: Visitor) -> None:
    admin = add_member(world.acme, "admin", person("Ada Admin", "ada@acme.example"))
    ROWS["Roles, Role: Add"].do(Visitor(sign_in(admin)))
    visitor.open("/settings/users/").follow("Ada Admin").follow_in_page("Delete").press()
    with acting_as(tenant_id=world.acme.pk):
        assert not User.objects.filter(pk=admin.pk).exists()
        event = AuditEvent.objects.for_tenant(world.acme.pk).get(resource_name="Reviewer")
    assert (event.actor_name, event.actor_email) == ("Ada Admin", "ada@acme.example")
    assert "Ada Admin" in visitor.open("/settings/security/audit-trail/").text


VERBS = {"Make admin", "Suspend", "Delete", "Make Super Admin", "Invite again", "Activate"}
PRESSED = ["make-admin", "suspend", "delete", "hand-over", "activate", "invite-again"]


@pytest.fixture
def admin(world: Cast) -> Visitor:
    return Visitor(sign_in(add_member(world.acme, "admin", person("Ada Admin", "ada@acme.example"))))


class TestRights:
    @pytest.mark.parametrize("verb", PRESSED)
    @pytest.mark.parametrize("name", ["Ada Admin", "Alice Adams"])
    def test_nobody_does_it_to_themselves_nor_an_admin_to_the_super_admin(
        self, world: Cast, admin: Visitor, verb: str, name: str
    ) -> None:
        admin.open("/settings/users/").follow(name)
        assert VERBS.isdisjoint(admin.offered)
        trail, before = Trail(world.acme), state_of(world.acme)
        assert admin.client.post(f"{admin.url}{verb}/").status_code == 409
        [event] = trail.new()
        assert (event.status, event.reason_code, event.resource_name) == ("failure", "not_allowed", name)
        assert state_of(world.acme) == before

    def test_an_admin_does_not_edit_the_super_admin(self, world: Cast, admin: Visitor) -> None:
        admin.open("/settings/users/").follow("Alice Adams")
        assert "Edit" not in admin.offered
        trail = Trail(world.acme)
        assert admin.client.post(f"{admin.url}edit/", {"name": "Mallory"}).status_code == 409
        assert only_failure(trail, ROWS["Users, User: Edited"]).reason == "Only the Super Admin can edit this user."

    def test_nobody_chooses_another_role_for_themselves(self, world: Cast, admin: Visitor) -> None:
        admin.open("/settings/users/").follow("Ada Admin").follow_in_page("Edit")
        form = admin.form
        form.fill({"Name": "Ada Again"})
        form.values["role"] = str(user(world, "Ella Ellis").role_id)
        admin.send(form)
        ada = user(world, "Ada Again")
        assert ada.role_name == "Admin"

    @pytest.fixture
    def manager(self, world: Cast) -> Visitor:
        """May manage people, and not much else."""
        role = Role(
            tenant=world.acme, name="People", permissions=["users.view", "users.edit", "roles.view", "roles.edit"]
        )
        with acting_as(tenant_id=world.acme.pk):
            role.save()
        member = add_member(world.acme, "mis", person("Max Manager", "max@acme.example"))
        with acting_as(tenant_id=world.acme.pk):
            User.objects.filter(pk=member.pk).update(role=role)
            return Visitor(sign_in(User.objects.get(pk=member.pk)))

    def test_who_has_less_makes_nobody_an_admin(self, world: Cast, manager: Visitor) -> None:
        trail = Trail(world.acme)
        ROWS["Users, User: Made Admin"].do(manager)
        assert manager.answer.status_code == 409
        event = only_failure(trail, ROWS["Users, User: Made Admin"])
        assert event.reason == "Admins have permissions that your own role doesn’t have."
        for row, label in ((INVITE, "Invite"), (ROWS["Users, User: Edited"], "Edited")):
            form = row.begin(manager)
            form.fill({"Role": "Admin"})
            manager.send(form)
            assert manager.form.errors() == {"role": "This role has permissions that your own role doesn’t have."}
            [event] = trail.new()
            assert (event.action_label, event.reason_code) == (label, "invalid_input")

    def test_who_decides_on_others_is_out_of_reach_of_those_who_may_do_less(
        self, world: Cast, manager: Visitor
    ) -> None:
        admin = add_member(world.acme, "admin", person("Ada Admin", "ada@acme.example"))
        for verb in ("suspend", "delete"):
            page = manager.client.post(f"/settings/users/{admin.pk}/{verb}/", {})
            assert page.status_code == 409
            assert "Ada Admin has permissions that your own role doesn’t have." in page.content.decode()
        with acting_as(tenant_id=world.acme.pk):
            assert User.objects.get(pk=admin.pk).status == UserStatus.ACTIVE

    def test_so_is_their_role(self, world: Cast, manager: Visitor) -> None:
        lead = make(Role, world.acme, name="Lead", permissions=["users.edit", "audit_trail.download"])
        page = manager.client.post(f"/settings/roles/{lead.pk}/edit/", {"name": "Lead", "permissions": []})
        assert page.status_code == 409
        assert "Lead has permissions that your own role doesn’t have." in page.content.decode()
        with acting_as(tenant_id=world.acme.pk):
            assert len(Role.objects.get(pk=lead.pk).permissions) == 2

    def test_who_has_less_gives_nobody_more(self, world: Cast, manager: Visitor) -> None:
        trail, row = Trail(world.acme), ROWS["Roles, Role: Add"]
        row.do(manager)
        assert manager.form.errors()["permissions"] == "You can only grant permissions that you have yourself."
        only_failure(trail, row)

    def test_nobody_changes_the_role_that_they_have(self, world: Cast, manager: Visitor) -> None:
        manager.open("/settings/roles/").follow("People")
        assert "Edit" not in manager.offered
        trail = Trail(world.acme)
        assert manager.client.post(f"{manager.url}edit/").status_code == 409
        event = only_failure(trail, ROWS["Roles, Role: Edit"])
        assert event.reason == "You can’t change your own role."

    def test_a_role_of_another_tenant_is_none_of_the_list(self, world: Cast, visitor: Visitor) -> None:
        with acting_as(tenant_id=world.globex.pk):
            other = Role.objects.get(key="finance")
        form = ROWS["Users, User: Edited"].begin(visitor)
        form.values["role"] = str(other.pk)
        assert visitor.send(form).answer.status_code == 400
        assert user(world, "Ella Ellis").role_name == "MIS"


class TestSuperAdmin:
    def test_the_post_is_handed_over_in_one_action(self, world: Cast, visitor: Visitor, trail: Trail) -> None:
        visitor.open("/settings/users/").follow("Bob Brown").follow_in_page("Make Super Admin").press()
        assert "Bob Brown is now the Super Admin. Your role is now Admin." in visitor.text
        [event] = trail.new()
        assert (event.action_label, event.resource_name, event.resource_id) == (
            "Made Admin",
            "Bob Brown",
            world.bob.pk,
        )
        assert said(event) == [{"label": "Super Admin", "before": "Alice Adams", "after": "Bob Brown"}]
        names = ("Alice Adams", "Bob Brown", "Ella Ellis", "Sam Stone", "Ina Inoue")
        assert [name for name in names if user(world, name).is_super_admin] == ["Bob Brown"]
        assert VERBS.isdisjoint(visitor.open("/settings/users/").follow("Bob Brown").offered)

    @pytest.mark.parametrize("name", ["Sam Stone", "Ina Inoue"])
    def test_not_to_whom_cannot_sign_in(self, world: Cast, visitor: Visitor, name: str) -> None:
        visitor.open("/settings/users/").follow(name)
        assert "Make Super Admin" not in visitor.offered
        trail = Trail(world.acme)
        assert visitor.client.post(f"{visitor.url}hand-over/").status_code == 409
        [event] = trail.new()
        assert event.reason == f"{name} hasn’t accepted the invitation yet or is suspended."
        assert user(world, "Alice Adams").is_super_admin


def test_a_sign_in_meanwhile_is_no_change_of_the_user(world: Cast, visitor: Visitor) -> None:
    visitor.open(f"/settings/users/{world.bob.pk}/suspend/")
    form = visitor.form
    sign_in(world.bob)
    visitor.send(form)
    with acting_as(tenant_id=world.acme.pk):
        assert User.objects.get(pk=world.bob.pk).status == UserStatus.SUSPENDED
