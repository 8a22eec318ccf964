"""Of whom a second factor is required: by role, in each tenant, with days of grace; of support staff at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from ...models import SUPER_ADMIN, Role, Tenant, User
from ...models.factors import Factor
from .of_person import factors_of

OF_SUPER_ADMIN = "super_admin"  # beside the keys of roles


def required_since(user: User) -> datetime | None:
    """Since when this person has to have one; None: nobody asks them to. Needs ``tenant`` and ``role`` loaded.

    From when it was required of the role, or from when they got the role or accepted their invitation, if that was
    later: who is given a role has the days of grace, too.
    """
    if settings.REQUIRE_SECOND_FACTOR:
        return user.created_at
    if user.tenant is None or user.role is None:
        return user.created_at if settings.SUPPORT_NEEDS_FACTOR else None
    joined = user.role_since or user.created_at
    asked = [(user.role.second_factor_since, joined)]
    if user.is_super_admin:
        asked.append((user.tenant.super_admin_factor_since, user.tenant.super_admin_since or joined))
    since = [max(required, theirs) for required, theirs in asked if required is not None]
    return min(since, default=None)


def due(user: User) -> datetime | None:
    """Until when a person without one has to set one up; None: they have one, or need none."""
    since = None if user.has_second_factor else required_since(user)
    if since is None:
        return None
    if settings.REQUIRE_SECOND_FACTOR or user.tenant is None:
        return since
    return since + timedelta(days=user.tenant.second_factor_grace_days)


def is_overdue(user: User) -> bool:
    until = due(user)
    return until is not None and until <= timezone.now()


def days_left(until: datetime) -> int:
    """Begun days count."""
    return max(0, -((timezone.now() - until) // timedelta(days=1)))


def is_last(factor: Factor) -> bool:
    """Whether its person has no other. In the person's own scope."""
    return [each.pk for each in factors_of(factor.user)] == [factor.pk]


def choices(tenant: Tenant) -> list[tuple[str, str]]:
    roles = Role.objects.filter(tenant=tenant)
    return [(OF_SUPER_ADMIN, SUPER_ADMIN), *((str(role.pk), role.name) for role in roles)]


def required_of(tenant: Tenant) -> list[str]:
    roles = Role.objects.filter(tenant=tenant, second_factor_since__isnull=False)
    return [OF_SUPER_ADMIN] * (tenant.super_admin_factor_since is not None) + [str(role.pk) for role in roles]


@transaction.atomic
def require_of(tenant: Tenant, chosen: Collection[str]) -> None:
    """Of these and no others. Grace counts from now for those who were not asked before."""
    roles = Role.objects.filter(tenant=tenant)
    keys = [key for key in chosen if key != OF_SUPER_ADMIN]
    roles.filter(pk__in=keys, second_factor_since=None).update(second_factor_since=Now())
    roles.exclude(pk__in=keys).exclude(second_factor_since=None).update(second_factor_since=None)
    tenants = Tenant.objects.filter(pk=tenant.pk)
    if OF_SUPER_ADMIN in chosen:
        tenants.filter(super_admin_factor_since=None).update(super_admin_factor_since=Now())
    else:
        tenants.update(super_admin_factor_since=None)
