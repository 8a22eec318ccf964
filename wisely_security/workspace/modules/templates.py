"""Message templates: written, reviewed (first the content, then the template), set up for sending."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.http import HttpRequest

from audit_trail.registry import Action, Module, Transition, audited
from wisely_security.database.fields import OneLineField, OneLineFormField
from wisely_security.tenancy.permissions import declare

from ..pages.details import Message, State
from ..pages.forms import Lines, RecordForm
from ..pages.resource_page import Column, CustomAction, ResourcePage, label_of, register
from ..records.placeholders import check_placeholders
from ..records.record import Channel, Record
from ..records.reference import LANGUAGES
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

    name = models.CharField(
        max_length=100,
        validators=[RegexValidator(r"^[a-z0-9_]+\Z", "Use only lower-case letters, digits and underscores.")],
    )
    category = models.CharField(max_length=20, choices=Category)
    language = models.CharField(max_length=10)
    header = OneLineField(max_length=60, blank=True)
    body = models.TextField(max_length=1024)
    footer = OneLineField(max_length=60, blank=True)
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
        ordering = ["name__in_order", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name", "language"],
                name="template_name_and_language_unique",
                violation_error_message="A template with this name already exists in this language.",
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
        Transition(
            action=REVIEW_CONTENT, field="content_status", to=(Review.APPROVED, Review.REJECTED), also=("remark",)
        ),
        Transition(action=APPROVE, field="status", to=(Review.APPROVED,), also=("remark",)),
        Transition(action=REJECT, field="status", to=(Review.REJECTED,), also=("remark",)),
        *(Transition(action=EDIT_SETTINGS, field=name) for name in SETTINGS),
    ),
    untracked=["created_at"],
    labels={"language": LANGUAGES.items},
)

REVIEW = declare("templates.review", "Templates", "Approve and reject templates", granted_to=("admin",))
MOST_BUTTONS = 10


class TemplateForm(RecordForm):
    language = forms.ChoiceField(choices=[("", "Choose one"), *LANGUAGES.items()])
    buttons = Lines(
        OneLineFormField(max_length=25),
        required=False,
        max_length=MOST_BUTTONS,
        help_text=f"Quick replies, one per line. Up to {MOST_BUTTONS}, each up to 25 characters.",
    )

    class Meta:
        model = Template
        fields = ["name", "category", "language", "header", "body", "footer", "buttons"]
        widgets = {"body": forms.Textarea(attrs={"rows": 6})}
        help_texts = {
            "name": "Lower-case letters, digits and underscores.",
            "body": "Up to 1,024 characters. Use {{1}}, {{2}} … for what varies between messages.",
        }

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        check_placeholders(body)
        return body


class RemarkForm(RecordForm):
    locked_fields = (*TemplateForm.Meta.fields, "content_status", "status")  # a judgement needs the current text

    remark = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Why, and what to change. The author will see this.",
    )

    class Meta:
        model = Template
        fields: list[str] = []  # the remark is one of this review, not the last one edited


class SettingsForm(RecordForm):
    class Meta:
        model = Template
        fields = list(SETTINGS)
        help_texts = {"fallback": "The channel to use if WhatsApp doesn’t deliver in time."}


def no_content_review(template: Template, user: object) -> str:
    return "" if template.content_status == Review.IN_REVIEW else "Its content has already been reviewed."


def no_review(template: Template, user: object) -> str:
    if template.status != Review.IN_REVIEW:
        return "It has already been reviewed."
    return "" if template.content_status == Review.APPROVED else "Its content must be approved first."


def review(
    label: str,
    field: str,
    verdict: Review,
    action: Action,
    denial_reason: Callable[[Template, object], str],
) -> CustomAction:
    """A judgement of the content, or of the template. Whoever rejects gives a reason."""
    what = "Content of template" if field == "content_status" else "Template"
    rejects = verdict == Review.REJECTED

    def do(template: Template, form: RemarkForm | None, request: HttpRequest) -> str:
        setattr(template, field, verdict)
        template.remark = form.cleaned_data["remark"] if form else ""
        template.save(update_fields=[field, "remark"])
        return f"{what} “{template}” {verdict.label.lower()}."

    return CustomAction(
        key=label.lower().replace(" ", "_"),
        label=label,
        action=action,
        do=do,
        denial_reason=denial_reason,
        permission=REVIEW,
        form=RemarkForm if rejects else None,
        danger=rejects,
    )


def save_settings(template: Template, form: SettingsForm, request: HttpRequest) -> str:
    form.save()
    return f"Settings of template “{template}” saved."


def delete(template: Template, form: None, request: HttpRequest) -> str:
    template.delete()
    return f"Template “{template}” deleted."


COLOURS = {Review.IN_REVIEW: "warning", Review.APPROVED: "success", Review.REJECTED: "danger"}


class Templates(ResourcePage):
    model = Template
    path = "templates"
    title = "Templates"
    singular = "template"
    description = "Messages written once and sent many times. Content is reviewed first, then the template is approved."
    icon = "document-text"
    form = TemplateForm
    created, changed = CREATE, EDIT
    add_label = "Create"
    search = ("name", "body", "header")
    search_hint = "Name or text"
    columns = (
        Column(
            label="Name", value=attrgetter("name"), sub=lambda it: LANGUAGES.get(it.language, it.language), sort="name"
        ),
        Column(label="Category", value=label_of("category"), sort="category"),
        Column(
            label="Content",
            value=label_of("content_status"),
            badge=lambda it: COLOURS[it.content_status],
            sort="content_status",
        ),
        Column(label="Template", value=label_of("status"), badge=lambda it: COLOURS[it.status], sort="status"),
    )
    managed_by = ("admin", "business")
    granted_to = ("mis", "support", "csm", "sales")
    empty = "Create a template, have it approved, and send it to as many people as you like."
    custom_actions = (
        review("Approve content", "content_status", Review.APPROVED, REVIEW_CONTENT, no_content_review),
        review("Reject content", "content_status", Review.REJECTED, REVIEW_CONTENT, no_content_review),
        review("Approve", "status", Review.APPROVED, APPROVE, no_review),
        review("Reject", "status", Review.REJECTED, REJECT, no_review),
        CustomAction(
            key="settings",
            label="Settings",
            submit="Save settings",
            action=EDIT_SETTINGS,
            do=save_settings,
            form=SettingsForm,
        ),
        CustomAction(
            key="delete",
            label="Delete",
            action=DELETE,
            do=delete,
            confirm_text="It can no longer be sent. Its history stays in the Audit Trail.",
            danger=True,
            deletes=True,
        ),
    )

    def details(self, record: Template) -> list[tuple[str, Any]]:
        return [
            ("Content review", State(record.get_content_status_display(), COLOURS[Review(record.content_status)])),
            ("Template", State(record.get_status_display(), COLOURS[Review(record.status)])),
            ("Remark", record.remark),
            ("Category", record.get_category_display()),
            ("Language", LANGUAGES.get(record.language, record.language)),
            (
                "Message",
                Message(header=record.header, body=record.body, footer=record.footer, buttons=record.buttons),
            ),
            ("WABA number", record.number),
            ("Deliver within", f"{record.validity_minutes:,} minutes"),
            ("Count clicks on links", "Yes" if record.track_clicks else "No"),
            ("Fallback channel", record.get_fallback_display() if record.fallback else ""),
        ]

    def store(self, form: Any, request: HttpRequest) -> str:
        """What was reviewed is not what there is now: an edit begins the review again."""
        if not form.is_new and form.changed_data:
            form.instance.status = form.instance.content_status = Review.IN_REVIEW
            form.instance.remark = ""
        template = form.save()
        return f"Template “{template}” {'created' if form.is_new else 'saved'}. Its content is now in review."


register(Templates())
