from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from wisely_security.database.fields import OneLineField
from wisely_security.database.keys import key_field

from ..permissions import keys_granted_to
from .tenant import Edition, Tenant

SUPER_ADMIN = "Super Admin"  # a position, not a role: held through Tenant.super_admin

BUILT_IN_ROLES: dict[str, dict[str, str]] = {
    Edition.ENTERPRISE: {
        "admin": "Admin",
        "developer": "Developer",
        "business": "Business",
        "finance": "Finance",
        "mis": "MIS",
        "support": "Support",
    },
    Edition.AGGREGATOR: {
        "admin": "Admin",
        "sales": "Sales",
        "pmo": "PMO",
        "developer": "Developer",
        "csm": "CSM",
    },
}


class Role(models.Model):
    """A named set of permissions. A built-in role has a ``key`` and its permissions come from the declarations."""

    id = key_field()
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="roles")
    name = OneLineField(max_length=60)
    key = models.CharField(max_length=20, blank=True, editable=False)
    permissions = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    second_factor_since = models.DateTimeField(
        null=True, editable=False, help_text="Since when its people must have a second factor; empty: they need none."
    )

    class Meta:
        ordering = ["name__in_order"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"],
                name="role_name_unique_in_tenant",
                violation_error_message="A role with this name already exists.",
            ),
            models.UniqueConstraint(fields=["tenant", "id"], name="role_tenant_and_id"),
            models.CheckConstraint(name="role_super_admin_is_no_role", condition=~models.Q(name__iexact=SUPER_ADMIN)),
        ]

    def __str__(self) -> str:
        return self.name

    def granted(self) -> frozenset[str]:
        """The keys of the permissions that this role gives."""
        return keys_granted_to(self.key) if self.key else frozenset(self.permissions)
