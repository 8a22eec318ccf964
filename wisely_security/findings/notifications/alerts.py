"""Who is to be notified of a finding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Q

from wisely_security.tenancy.models import Role, Tenant, User, UserStatus

from .. import permissions
from ..models import Alert, AlertSettings, Finding, How


def queue(occasions: Mapping[Finding, str]) -> None:
    """Alert all who may view these findings, each for its occasion, unless they never want to know or know already."""
    by_tenant: defaultdict[UUID, list[Finding]] = defaultdict(list)
    for finding in occasions:
        by_tenant[finding.tenant_id].append(finding)
    for tenant_id, findings in by_tenant.items():
        Alert.objects.bulk_create(
            [
                Alert(tenant_id=tenant_id, user=user, finding=finding, occasion=occasions[finding])
                for user, chosen in watchers(tenant_id)
                for finding in findings
                if chosen.how(finding.rule, finding.severity) != How.NEVER
            ],
            ignore_conflicts=True,
        )


def watchers(tenant_id: UUID) -> list[tuple[User, AlertSettings]]:
    """The active people of a tenant who may view its findings, with what they have chosen."""
    roles = [role.pk for role in Role.objects.filter(tenant=tenant_id) if permissions.VIEW in role.granted()]
    super_admin = Tenant.objects.filter(pk=tenant_id).values("super_admin")
    found = User.objects.filter(Q(role__in=roles) | Q(pk__in=super_admin), tenant=tenant_id, status=UserStatus.ACTIVE)
    return with_settings(found.select_related("tenant", "role").order_by("pk"))


def with_settings(users: Iterable[User]) -> list[tuple[User, AlertSettings]]:
    people = list(users)
    chosen = {each.user_id: each for each in AlertSettings.objects.filter(user__in=people)}
    return [(user, chosen.get(user.pk) or AlertSettings.default_for(user)) for user in people]
