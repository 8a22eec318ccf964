"""The page of a refusal (403): which permission is missing, and who can give it."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from wisely_security.core.errors import notice
from wisely_security.core.request_context import acting_as

from ..models import Role, User, UserStatus
from ..permissions import GIVE_PERMISSIONS, label_of
from .access import MissingPermission

MOST_NAMED = 3


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    context: dict[str, Any] = {"reason": str(exception)}
    user, key = request.user, exception.permission if isinstance(exception, MissingPermission) else ""
    if isinstance(user, User) and user.tenant is not None and label_of(key) and not context["reason"]:
        context |= {"permission": label_of(key), "givers": givers(user, key)}
    if getattr(request, "htmx", False):
        return notice(request, "includes/no_access.html", 403, **context)
    context["frame"] = "base.html" if getattr(request, "tenant", None) else "base_plain.html"
    return render(request, "403.html", context, status=403)


def givers(user: User, key: str) -> list[str]:
    """Names of those in the person's own tenant who can give them a permission, the Super Admin first: who has it and
    may change users or roles, as nobody gives what they don't have."""
    with acting_as(**user.own_scope):
        roles = [role for role in Role.objects.filter(tenant=user.tenant) if _can_give(role, key)]
        is_super_admin = Q(pk=user.tenant.super_admin_id if user.tenant else None)
        people = User.objects.filter(Q(role__in=roles) | is_super_admin, tenant=user.tenant, status=UserStatus.ACTIVE)
        first = people.order_by(ExpressionWrapper(is_super_admin, BooleanField()).desc(), *(User._meta.ordering or ()))
        return list(first.exclude(pk=user.pk).values_list("name", flat=True)[:MOST_NAMED])


def _can_give(role: Role, key: str) -> bool:
    granted = role.granted()
    return key in granted and not granted.isdisjoint(GIVE_PERMISSIONS)
