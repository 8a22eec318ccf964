"""Roles: named sets of permissions."""

from __future__ import annotations

from audit_trail.registry import Module, audited
from wisely_security.tenancy.models import Role
from wisely_security.tenancy.permissions import all_permissions

MODULE = Module("roles", "Roles", record=("role", "Role"))
ADD = MODULE.action("add", "Add", "A role was added.")
EDIT = MODULE.action("edit", "Edit", "A role was edited.")
DELETE = MODULE.action("delete", "Delete", "A role was deleted.", direct=True)

audited(
    Role,
    name="{row}.name",
    created=ADD,
    changed=EDIT,
    deleted=DELETE,
    untracked=["key"],
    words={"permissions": lambda: [(each.key, f"{each.group}: {each.label}") for each in all_permissions()]},
)
