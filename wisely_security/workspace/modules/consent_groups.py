"""Opt-in and opt-out: who agreed to which messages, and what they are answered."""

from __future__ import annotations

from django.db import models

from audit_trail.registry import Module, audited

from ..records import Channel, Record
from ..validators import validate_e164
from .access_accounts import AccessAccount

MODULE = Module("opt_in_out", "Opt-in/Opt-out", record=("consent_group", "Consent group"))
CREATE = MODULE.action("create", "Create", "A consent group was created.")
EDIT = MODULE.action("edit_update", "Edit/Update", "A consent group was edited.")
DELETE = MODULE.action("delete", "Delete", "A consent group was deleted.")


class ConsentGroup(Record):
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=300, blank=True)
    access_account = models.ForeignKey(AccessAccount, on_delete=models.PROTECT, related_name="consent_groups")
    channel = models.CharField(max_length=10, choices=Channel)
    number = models.CharField(max_length=16, validators=[validate_e164])
    opt_in_response = models.CharField("answer to an opt-in", max_length=500)
    opt_out_response = models.CharField("answer to an opt-out", max_length=500)

    class Meta:
        ordering = ["name"]
        verbose_name = "consent group"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"],
                name="consent_group_name_unique",
                violation_error_message="There is a consent group with this name already.",
            )
        ]

    def __str__(self) -> str:
        return self.name


audited(
    ConsentGroup,
    name="{row}.name",
    created=CREATE,
    changed=EDIT,
    deleted=DELETE,
    untracked=["created_at"],
)
