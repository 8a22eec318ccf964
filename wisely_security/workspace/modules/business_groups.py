"""Business groups: a name, one owner, and the users who work in it."""

from __future__ import annotations

from django.db import models

from audit_trail.registry import Members, Module, audited
from wisely_security.tenancy.models import Tenant, User
from wisely_security.tenancy.models.fields import key_field

from ..records import CurrentTenant, Record

MODULE = Module("business_group", "Business Group", record=("group", "Group"))
ADD = MODULE.action("add", "Add", "A group was added.")
EDIT = MODULE.action("edit", "Edit", "A group was edited.")
NOTIFY_OWNER = MODULE.action(
    "notify_owner", "Notify business group owner", "The owner was notified of changes by e-mail."
)
NOTIFY_USERS = MODULE.action(
    "notify_users", "Notify assigned users", "Users added to or removed from the group were notified by e-mail."
)
DELETE = MODULE.action("delete", "Delete", "A group was deleted.", direct=True)


class BusinessGroup(Record):
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=300, blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="owned_groups")
    users = models.ManyToManyField(User, through="BusinessGroupUser", related_name="business_groups", blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = "business group"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"],
                name="business_group_name_unique",
                violation_error_message="There is a business group with this name already.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class BusinessGroupUser(models.Model):
    """A user who works in a group."""

    id = key_field()
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_default=CurrentTenant())
    group = models.ForeignKey(BusinessGroup, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="group_memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "group", "user"], name="business_group_user_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.group}"


audited(
    BusinessGroup,
    name="{row}.name",
    created=ADD,
    changed=EDIT,
    deleted=DELETE,
    untracked=["created_at"],
    members=(Members(through=BusinessGroupUser, record="group", member="user", label="Users"),),
)
