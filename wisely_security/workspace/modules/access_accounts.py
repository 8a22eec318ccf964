"""Access accounts: with their API key, systems of the tenant send messages and report events."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from audit_trail.registry import Module, When, audited

from ..records import Channel, Record
from ..validators import validate_network
from .business_groups import BusinessGroup

MODULE = Module("access_account", "Access Account", record=("account", "Account"))
SETUP = MODULE.action("setup", "Setup", "An access account was set up.")
EDIT = MODULE.action("edit", "Edit", "An access account was edited, or has a new API key.")
DEACTIVATE = MODULE.action("deactivate", "Deactivate", "An access account was deactivated: its API key opens nothing.")
ACTIVATE = MODULE.action("activate", "Activate", "An access account was activated again.")
DELETE = MODULE.action("delete", "Delete", "An access account was deleted.", direct=True)


class Communication(models.TextChoices):
    OUTGOING = "outgoing", "Outgoing"
    CONVERSATIONAL = "conversational", "Conversational"


class Traffic(models.TextChoices):
    OTP = "otp", "OTP"
    TRANSACTIONAL = "transactional", "Transactional"
    PROMOTIONAL = "promotional", "Promotional"


class AccessAccount(Record):
    """``key_hash``: SHA-256 of the API key, which is shown once; ``key_start``: what people tell keys apart by."""

    label = models.CharField(max_length=100)
    communication = models.CharField("communication type", max_length=20, choices=Communication)
    traffic = models.CharField("traffic type", max_length=20, choices=Traffic)
    channels = ArrayField(models.CharField(max_length=10, choices=Channel))
    business_group = models.ForeignKey(BusinessGroup, on_delete=models.PROTECT, related_name="access_accounts")
    allowed_ips = ArrayField(
        models.CharField(max_length=43, validators=[validate_network]),
        verbose_name="allowed IPs",
        default=list,
        blank=True,
    )
    is_active = models.BooleanField("active", default=True, editable=False)
    key_hash = models.CharField("API key", max_length=64, editable=False)
    key_start = models.CharField(max_length=12, editable=False)
    key_made_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["label"]
        verbose_name = "access account"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "label"],
                name="access_account_label_unique",
                violation_error_message="There is an access account with this label already.",
            )
        ]
        indexes = [models.Index(fields=["key_hash"], name="access_account_key_hash")]

    def __str__(self) -> str:
        return self.label


audited(
    AccessAccount,
    name="{row}.label",
    created=SETUP,
    changed=EDIT,
    deleted=DELETE,
    transitions=(
        When(action=DEACTIVATE, field="is_active", to=(False,)),
        When(action=ACTIVATE, field="is_active", to=(True,)),
    ),
    masked=["key_hash"],
    untracked=["created_at", "key_start", "key_made_at"],
)
