"""Users: the people of a tenant."""

from __future__ import annotations

from audit_trail.registry import Module, When, audited, exempt
from wisely_security.tenancy.models import Session, Tenant, User, UserStatus

MODULE = Module("users", "Users", record=("user", "User"))
INVITE = MODULE.action("invite", "Invite", "A user was invited.")
MADE_ADMIN = MODULE.action("made_admin", "Made Admin", "A user was granted admin rights, or became the Super Admin.")
SUSPEND = MODULE.action("suspend", "Suspend", "A user was suspended: all sessions ended.")
ACTIVATE = MODULE.action("activate", "Activate", "An invitation was accepted, or a suspended user activated again.")
DELETE = MODULE.action("delete", "Delete", "A user was deleted.")
EDITED = MODULE.action("edited", "Edited", "A user’s details were edited.")

ROLE_OF = "(SELECT key FROM tenancy_role WHERE id = {row}.role_id)"

audited(
    User,
    name="{row}.name",
    created=INVITE,
    changed=EDITED,
    deleted=DELETE,
    transitions=(
        When(action=MADE_ADMIN, field="role", where=f"{ROLE_OF.format(row='now')} = 'admin'"),
        When(action=SUSPEND, field="status", to=(UserStatus.SUSPENDED,)),
        When(action=ACTIVATE, field="status", to=(UserStatus.ACTIVE,), also=("password",)),
    ),
    masked=["password"],
    untracked=["created_at", "last_login", "password_changed_at", "reset_mailed_at"],
)
# A hand-over changes one column of the tenant; people look for it among the users.
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
