"""Who may change whom: nobody gives rights that they don’t have, or decides on those who give such rights."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from wisely_security.tenancy.models import Role, User
from wisely_security.tenancy.permissions import GIVE_PERMISSIONS


def may_give(user: User, role: Role) -> Role:
    """Raises ValidationError for a role that can do more than whoever gives it."""
    if not role.granted() <= user.permission_keys:
        raise ValidationError("This role has permissions that your own role doesn’t have.", code="beyond_own_rights")
    return role


def above_denial_reason(it: Role | User, user: User) -> str:
    """Why a role, or a person who has one, is beyond a user: who decides on others is decided on by their equals."""
    role = it if isinstance(it, Role) else it.role
    granted = role.granted() if role else frozenset()
    is_above = bool(granted & GIVE_PERMISSIONS) and not granted <= user.permission_keys
    return f"{it} has permissions that your own role doesn’t have." if is_above else ""


def member_denial_reason(member: User, user: User) -> str:
    """Why a user can do nothing to a member, whatever it is."""
    if member == user:
        return "You can’t do this to your own account."
    if member.is_super_admin:
        return f"{member} is the Super Admin. Someone else must become Super Admin first."
    return above_denial_reason(member, user)


def hand_over_denial_reason(member: User, user: User) -> str:
    if not user.is_super_admin:
        return "Only the Super Admin can make someone else Super Admin."
    return member_denial_reason(member, user) or (
        "" if member.is_active else f"{member} hasn’t accepted the invitation yet or is suspended."
    )
