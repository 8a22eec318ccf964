"""WhatsApp Business numbers, and the message links that open a chat with one of them."""

from __future__ import annotations

from django.db import models

from audit_trail.registry import Module, audited

from ..records import Record
from ..validators import validate_e164
from .business_groups import BusinessGroup

MODULE = Module("waba_numbers", "WABA Numbers", record=("number", "Number"))
ACTIVATE = MODULE.action("activate", "Activate", "A WhatsApp Business number was activated.")
EDIT = MODULE.action("edit", "Edit", "The details of a number were edited.")
DELETE = MODULE.action("delete", "Delete", "A number was deleted.", direct=True)

LINKS = ("message_links", "Message Links")
CREATE_LINK = MODULE.action("create", "Create", "A message link of a number was created.", area=LINKS)
EDIT_LINK = MODULE.action("edit", "Edit", "A message link of a number was edited.", area=LINKS)
DELETE_LINK = MODULE.action("delete", "Delete", "A message link of a number was deleted.", area=LINKS)


class Vertical(models.TextChoices):
    """The categories that WhatsApp shows in a business profile."""

    AUTOMOTIVE = "auto", "Automotive"
    BEAUTY = "beauty", "Beauty, spa and salon"
    EDUCATION = "edu", "Education"
    FINANCE = "finance", "Finance and banking"
    GROCERY = "grocery", "Food and grocery"
    HEALTH = "health", "Medical and health"
    HOTEL = "hotel", "Hotel and lodging"
    PROFESSIONAL = "prof_services", "Professional services"
    RETAIL = "retail", "Shopping and retail"
    TRAVEL = "travel", "Travel and transportation"
    OTHER = "other", "Other"


class WabaNumber(Record):
    number = models.CharField(max_length=16, validators=[validate_e164])
    display_name = models.CharField(max_length=100)
    business_group = models.ForeignKey(
        BusinessGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="waba_numbers"
    )
    category = models.CharField(max_length=20, choices=Vertical, default=Vertical.OTHER)
    about = models.CharField(max_length=139, blank=True)
    website = models.URLField(blank=True)

    class Meta:
        ordering = ["display_name"]
        verbose_name = "WABA number"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "number"],
                name="waba_number_unique",
                violation_error_message="This number is active already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.display_name} ({self.number})"


class MessageLink(Record):
    """``code``: the unguessable end of the short link."""

    number = models.ForeignKey(WabaNumber, on_delete=models.PROTECT, related_name="message_links")
    name = models.CharField(max_length=100)
    text = models.CharField("prefilled text", max_length=140)
    code = models.CharField("short link", max_length=22, editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name = "message link"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "number", "name"],
                name="message_link_name_unique",
                violation_error_message="This number has a message link with this name already.",
            )
        ]
        indexes = [models.Index(fields=["code"], name="message_link_code")]

    def __str__(self) -> str:
        return self.name


audited(
    WabaNumber,
    name="{row}.display_name || ' (' || {row}.number || ')'",
    created=ACTIVATE,
    changed=EDIT,
    deleted=DELETE,
    untracked=["created_at"],
)
audited(
    MessageLink,
    name="{row}.name",
    created=CREATE_LINK,
    changed=EDIT_LINK,
    deleted=DELETE_LINK,
    untracked=["created_at"],
)
