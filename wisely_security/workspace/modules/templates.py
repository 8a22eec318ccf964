"""Message templates: written, reviewed (first the content, then the template), set up for sending."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from audit_trail.registry import Module, When, audited

from ..records import Channel, Record
from .waba_numbers import WabaNumber

MODULE = Module("templates", "Templates", record=("template", "Template"))
CREATE = MODULE.action("create", "Create", "A message template was created.")
EDIT = MODULE.action("edit", "Edit", "A message template was edited; an approved one goes back to review.")
REVIEW_CONTENT = MODULE.action(
    "approve_reject",
    "Approve/Reject",
    "The content of a template was approved or rejected.",
    area=("template_content", "Template Content"),
)
APPROVE = MODULE.action("approve", "Approve", "A template was approved.")
REJECT = MODULE.action("reject", "Reject", "A template was rejected.")
DELETE = MODULE.action("delete", "Delete", "A template was deleted.")
EDIT_SETTINGS = MODULE.action("edit", "Edit", "The settings of a template were edited.", area=("settings", "Settings"))


class Category(models.TextChoices):
    MARKETING = "marketing", "Marketing"
    UTILITY = "utility", "Utility"
    AUTHENTICATION = "authentication", "Authentication"


class Review(models.TextChoices):
    IN_REVIEW = "in_review", "In review"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"


class Template(Record):
    """A template is approved once its content is (``content_status``). ``buttons``: the text of each."""

    name = models.CharField(max_length=100)
    category = models.CharField(max_length=20, choices=Category)
    language = models.CharField(max_length=10)
    header = models.CharField(max_length=60, blank=True)
    body = models.TextField(max_length=1024)
    footer = models.CharField(max_length=60, blank=True)
    buttons = ArrayField(models.CharField(max_length=25), default=list, blank=True)
    content_status = models.CharField("content review", max_length=20, choices=Review, default=Review.IN_REVIEW)
    status = models.CharField(max_length=20, choices=Review, default=Review.IN_REVIEW)
    remark = models.CharField(max_length=500, blank=True)
    number = models.ForeignKey(
        WabaNumber,
        verbose_name="WABA number",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="templates",
    )
    validity_minutes = models.PositiveIntegerField(
        "deliver within (minutes)",
        default=24 * 60,
        validators=[MinValueValidator(1), MaxValueValidator(30 * 24 * 60)],
        help_text="1 to 43,200 minutes (30 days).",
    )
    track_clicks = models.BooleanField("count clicks on links", default=False)
    fallback = models.CharField("fallback channel", max_length=10, choices=Channel, blank=True)

    class Meta:
        ordering = ["name", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name", "language"],
                name="template_name_and_language_unique",
                violation_error_message="There is a template with this name in this language already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


SETTINGS = ("number", "validity_minutes", "track_clicks", "fallback")

audited(
    Template,
    name="{row}.name || ' (' || {row}.language || ')'",
    created=CREATE,
    changed=EDIT,
    deleted=DELETE,
    transitions=(
        When(action=REVIEW_CONTENT, field="content_status", to=(Review.APPROVED, Review.REJECTED), also=("remark",)),
        When(action=APPROVE, field="status", to=(Review.APPROVED,), also=("remark",)),
        When(action=REJECT, field="status", to=(Review.REJECTED,), also=("remark",)),
        *(When(action=EDIT_SETTINGS, field=name) for name in SETTINGS),
    ),
    untracked=["created_at"],
)
