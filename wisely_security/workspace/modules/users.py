"""Users: the people of a tenant."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localtime

from audit_trail.recording.failures import ConflictError, RefusedError
from audit_trail.recording.recorder import Resource, record
from audit_trail.registry import Module, Transition, audited, exempt
from wisely_security.tenancy.models import (
    AuthenticatorApp,
    Passkey,
    RecoveryCode,
    Role,
    Session,
    Tenant,
    User,
    UserStatus,
)
from wisely_security.tenancy.permissions import RESET_FACTORS, USER_SESSIONS
from wisely_security.tenancy.sign_in.accounts import invite, send_invitation
from wisely_security.tenancy.sign_in.authentication import end_sessions
from wisely_security.tenancy.sign_in.links import INVITATION_DAYS
from wisely_security.tenancy.sign_in.passwords import SALT_SQL
from wisely_security.tenancy.sign_in.signals import SessionEnd
from wisely_security.tenancy.views import menu

from ..pages.details import State
from ..pages.member_forms import InviteUserForm, UserForm
from ..pages.resource_page import Column, CustomAction, ResourcePage, register
from ..records.rights import above_denial_reason, hand_over_denial_reason, member_denial_reason

if TYPE_CHECKING:
    from wisely_security.tenancy.views.access import MemberRequest

MODULE = Module("users", "Users", record=("user", "User"))
INVITE = MODULE.action("invite", "Invite", "A user was invited.")
MADE_ADMIN = MODULE.action("made_admin", "Made Admin", "A user was granted admin rights, or became the Super Admin.")
SUSPEND = MODULE.action("suspend", "Suspend", "A user was suspended, and all their sessions were ended.")
ACTIVATE = MODULE.action("activate", "Activate", "An invitation was accepted, or a suspended user was activated again.")
DELETE = MODULE.action("delete", "Delete", "A user was deleted.")
EDITED = MODULE.action("edited", "Edited", "A user’s details were edited.")
NOTIFY = MODULE.action(
    "notify",
    "Notify",
    "A user was notified by e-mail of a change to how they sign in, or of failed attempts.",
    direct=True,
)

ROLE_OF = "(SELECT key FROM tenancy_role WHERE id = {row}.role_id)"

audited(
    User,
    name="{row}.name",
    created=INVITE,
    changed=EDITED,
    deleted=DELETE,
    transitions=(
        Transition(action=MADE_ADMIN, field="role", where=f"{ROLE_OF.format(row='now')} = 'admin'"),
        Transition(action=SUSPEND, field="status", to=(UserStatus.SUSPENDED,)),
        Transition(action=ACTIVATE, field="status", to=(UserStatus.ACTIVE,), also=("password",)),
    ),
    masked=["password"],
    same={"password": f"{SALT_SQL.format(row='was')} = {SALT_SQL.format(row='now')}"},
    untracked=[
        "created_at",
        "last_login",
        "password_changed_at",
        "reset_mailed_at",
        "lock_mailed_at",
        "has_second_factor",
        "role_since",
    ],
)
# A hand-over changes one column of the tenant; people search for it among the users.
audited(
    Tenant,
    name="(SELECT name FROM tenancy_user WHERE id = {row}.super_admin_id)",
    created=None,
    changed=MADE_ADMIN,
    deleted=None,
    untracked=[field.name for field in Tenant._meta.concrete_fields if field.name not in {"id", "super_admin"}],
    tenant_column="id",
    resource_column="super_admin",
    resource="user",
)
exempt(Session, "Sign-ins, sign-outs and ended sessions are in Login Activity.")
exempt(AuthenticatorApp, "What is done with second factors is in Login Activity.")
exempt(Passkey, "What is done with second factors is in Login Activity.")
exempt(RecoveryCode, "What is done with second factors is in Login Activity.")


def _unless(condition: Callable[[User], bool], otherwise: str) -> Callable[[User, User], str]:
    """A rule about others, and about the state that they are in."""
    return lambda member, user: member_denial_reason(member, user) or ("" if condition(member) else otherwise)


def invite_again(member: User, form: None, request: MemberRequest) -> str:
    send_invitation(member)
    record(INVITE, tenant_id=request.tenant.pk, resource=Resource(type="user", id=member.pk, name=member.name))
    return f"New invitation sent to {member}. Its link works for {INVITATION_DAYS} days."


def make_admin(member: User, form: None, request: MemberRequest) -> str:
    admin = Role.objects.get(tenant=member.tenant, key="admin")
    if not admin.granted() <= request.user.permission_keys:
        raise RefusedError("Admins have permissions that your own role doesn’t have.")
    member.role = admin
    member.save(update_fields=["role"])
    return f"{member} is now an admin."


def suspend(member: User, form: None, request: HttpRequest) -> str:
    member.status = UserStatus.SUSPENDED
    member.save(update_fields=["status"])
    end_sessions(member, SessionEnd.SUSPENDED)
    return f"User “{member}” suspended and signed out everywhere."


def activate(member: User, form: None, request: HttpRequest) -> str:
    member.status = UserStatus.ACTIVE if member.has_usable_password() else UserStatus.PENDING
    member.save(update_fields=["status"])
    return f"User “{member}” activated."


def delete(member: User, form: None, request: HttpRequest) -> str:
    end_sessions(member, SessionEnd.BY_ADMIN)
    member.delete()
    return f"User “{member}” deleted. Their history stays in the Audit Trail."


def hand_over(member: User, form: None, request: MemberRequest) -> str:
    """Exactly one Super Admin, before and after: one column of the tenant, changed in one statement."""
    changed = Tenant.objects.filter(pk=request.tenant.pk, super_admin=request.user.pk).update(super_admin=member)
    if not changed:
        raise ConflictError("You are no longer the Super Admin.")
    return f"{member} is now the Super Admin. Your role is now {request.user.role}."


COLOURS = {UserStatus.PENDING: "warning", UserStatus.ACTIVE: "success", UserStatus.SUSPENDED: "danger"}


def last_sign_in(member: User) -> str:
    return f"{localtime(member.last_login):%-d %b %Y, %H:%M}" if member.last_login else "Never"


class Users(ResourcePage):
    model = User
    path = "users"
    title = "Users"
    singular = "user"
    description = "The people who can sign in, and what they can do."
    icon = "users"
    menu = menu.PEOPLE
    form = UserForm
    add_form = InviteUserForm
    created, changed = INVITE, EDITED
    add_label = "Invite"
    add_path = "invite"
    locks_tenant = True
    search = ("name", "email")
    search_hint = "Name or e-mail"
    columns = (
        Column(label="Name", value=attrgetter("name"), sub=attrgetter("email"), sort="name"),
        Column(label="Role", value=attrgetter("role_name"), sort="role__name"),
        Column(
            label="Status",
            value=lambda it: it.get_status_display(),
            badge=lambda it: COLOURS[UserStatus(it.status)],
            sort="status",
        ),
        Column(label="Last sign-in", value=last_sign_in, sort="last_login"),
    )
    custom_actions = (
        CustomAction(
            key="invite_again",
            label="Invite again",
            action=INVITE,
            do=invite_again,
            denial_reason=_unless(
                lambda it: it.status == UserStatus.PENDING, "This invitation has already been accepted."
            ),
        ),
        CustomAction(
            key="make_admin",
            label="Make admin",
            action=MADE_ADMIN,
            do=make_admin,
            denial_reason=_unless(
                lambda it: it.role is not None and it.role.key != "admin", "This user is already an admin."
            ),
            confirm_text="Admins can view Login Activity and the Audit Trail, and manage everything else.",
        ),
        CustomAction(
            key="suspend",
            label="Suspend",
            action=SUSPEND,
            do=suspend,
            denial_reason=_unless(lambda it: it.status != UserStatus.SUSPENDED, "This user is already suspended."),
            confirm_text="They are signed out everywhere immediately, "
            "and can’t sign in until someone activates them again.",
            danger=True,
        ),
        CustomAction(
            key="activate",
            label="Activate",
            action=ACTIVATE,
            do=activate,
            denial_reason=_unless(lambda it: it.status == UserStatus.SUSPENDED, "This user isn’t suspended."),
        ),
        CustomAction(
            key="hand_over",
            label="Make Super Admin",
            action=MADE_ADMIN,
            do=hand_over,
            denial_reason=hand_over_denial_reason,
            confirm_text="There is only one Super Admin. Once you hand over, you can’t undo it yourself.",
            danger=True,
            confirmed=True,
        ),
        CustomAction(
            key="delete",
            label="Delete",
            action=DELETE,
            do=delete,
            denial_reason=member_denial_reason,
            confirm_text="They will no longer be able to sign in. Their history stays in the Audit Trail.",
            danger=True,
            deletes=True,
        ),
    )

    def records(self, tenant: Tenant) -> QuerySet[User]:
        return super().records(tenant).select_related("tenant", "role")

    def details(self, record: User) -> list[tuple[str, Any]]:
        groups = [group.name for group in record.business_groups.all()]
        return [
            ("Name", record.name),
            ("E-mail", record.email),
            ("Role", record.role_name),
            ("Status", State(record.get_status_display(), COLOURS[UserStatus(record.status)])),
            ("Last sign-in", last_sign_in(record)),
            ("Time zone", record.time_zone),
            ("Business groups", ", ".join(groups)),
        ]

    def pages(self, record: User, user: User) -> list[tuple[str, str]]:
        found = [("Sessions", reverse("user_sessions", args=[record.pk]))] if user.may(USER_SESSIONS) else []
        if user.may(RESET_FACTORS):
            found.append(("Second factor", reverse("user_factors", args=[record.pk])))
        if user.may("login_activity.view") or user.may("audit_trail.view"):
            found.append(("Activity", reverse("person", args=[record.pk])))
        return found

    def edit_denial_reason(self, record: User, user: User) -> str:
        if record.is_super_admin and record != user:
            return "Only the Super Admin can edit this user."
        return "" if record == user else above_denial_reason(record, user)

    def store(self, form: Any, request: HttpRequest) -> str:
        if not form.is_new:
            return str(super().store(form, request))
        member = invite(form)
        return f"User “{member}” invited. The link in the e-mail works for {INVITATION_DAYS} days."


register(Users())
