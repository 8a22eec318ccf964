"""WhatsApp Business numbers, and the message links that open a chat with one of them."""

from __future__ import annotations

import secrets
from operator import attrgetter
from typing import Any
from urllib.parse import quote, urlencode

from django import forms
from django.core.validators import URLValidator
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from audit_trail.registry import Module, audited
from wisely_security.database.fields import OneLineField
from wisely_security.tenancy.models import Tenant, User

from ..pages.details import Address
from ..pages.forms import RecordForm
from ..pages.resource_page import Column, CustomAction, Related, ResourcePage, label_of, register
from ..records.record import Record
from ..records.validators import validate_e164
from .business_groups import BusinessGroup

MODULE = Module("waba_numbers", "WABA Numbers", record=("number", "Number"))
ACTIVATE = MODULE.action("activate", "Activate", "A WhatsApp Business number was activated.")
EDIT = MODULE.action("edit", "Edit", "The details of a number were edited.")
DELETE = MODULE.action("delete", "Delete", "A number was deleted.", direct=True)

SHOWN_LINKS = 50  # on a number's page
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
    display_name = OneLineField(max_length=100)
    business_group = models.ForeignKey(
        BusinessGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="waba_numbers"
    )
    category = models.CharField(max_length=20, choices=Vertical, default=Vertical.OTHER)
    about = models.CharField(max_length=139, blank=True)
    website = models.CharField(max_length=200, blank=True, validators=[URLValidator(["http", "https"])])

    class Meta:
        ordering = ["display_name__in_order"]
        verbose_name = "WABA number"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "number"],
                name="waba_number_unique",
                violation_error_message="This number is already active.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.display_name} ({self.number})"


class MessageLink(Record):
    """``code``: the unguessable end of the short link."""

    number = models.ForeignKey(WabaNumber, on_delete=models.PROTECT, related_name="message_links")
    name = OneLineField(max_length=100)
    text = models.CharField("prefilled text", max_length=140)
    code = models.CharField("short link", max_length=22, editable=False)

    class Meta:
        ordering = ["name__in_order"]
        verbose_name = "message link"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "number", "name"],
                name="message_link_name_unique",
                violation_error_message="This number already has a message link with this name.",
            )
        ]
        indexes = [models.Index(fields=["code"], name="message_link_code")]

    def __str__(self) -> str:
        return self.name

    @property
    def opens(self) -> str:
        """The chat that it opens, with the text in it (wa.me is WhatsApp's own short address)."""
        return f"https://wa.me/{self.number.number.removeprefix('+')}?text={quote(self.text)}"


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


class WabaNumberForm(RecordForm):
    name_field = "number"

    class Meta:
        model = WabaNumber
        fields = ["number", "display_name", "business_group", "category", "about", "website"]
        widgets = {"about": forms.Textarea(attrs={"rows": 2})}
        help_texts = {
            "number": "Include the country code, for example +14155550123.",
            "display_name": "What customers see.",
            "about": "Up to 139 characters.",
        }


class WabaNumbers(ResourcePage):
    model = WabaNumber
    path = "waba-numbers"
    title = "WABA numbers"
    singular = "number"
    description = "Your WhatsApp Business numbers, and what customers see."
    icon = "phone"
    form = WabaNumberForm
    created, changed = ACTIVATE, EDIT
    add_label = "Activate"
    search = ("number", "display_name", "business_group__name")
    search_hint = "Number, name or group"
    columns = (
        Column(label="Name", value=attrgetter("display_name"), sort="display_name"),
        Column(label="Number", value=attrgetter("number"), sort="number"),
        Column(label="Category", value=label_of("category"), sort="category"),
        Column(label="Business group", value=attrgetter("business_group"), sort="business_group__name"),
    )
    managed_by = ("admin", "business")
    granted_to = ("mis", "support", "csm", "sales")
    empty = "Activate a number to send and receive WhatsApp messages."

    def records(self, tenant: Tenant) -> QuerySet[WabaNumber]:
        return super().records(tenant).select_related("business_group")

    def details(self, record: WabaNumber) -> list[tuple[str, Any]]:
        return [
            ("Number", record.number),
            ("Name", record.display_name),
            ("Category", record.get_category_display()),
            ("About", record.about),
            ("Website", record.website),
            ("Business group", record.business_group),
        ]

    def related(self, record: WabaNumber, user: User) -> list[Related]:
        if not user.may(LINK_SECTION.view_permission):
            return []
        links = list(record.message_links.all()[: SHOWN_LINKS + 1])
        may_add = user.may(LINK_SECTION.edit_permission) and user.tenant_id == record.tenant_id
        return [
            Related(
                title="Message links",
                headings=("Name", "Text"),
                rows=[(LINK_SECTION.url(link.pk), (link.name, link.text)) for link in links[:SHOWN_LINKS]],
                all_url=f"{LINK_SECTION.list_url()}?{urlencode({'q': record.number})}" if links[SHOWN_LINKS:] else "",
                add_url=f"{LINK_SECTION.add_url()}?number={record.pk}" if may_add else "",
                add_label="Create message link",
                empty="No message links for this number yet.",
            )
        ]

    def store(self, form: Any, request: HttpRequest) -> str:
        number = form.save()
        return f"Number “{number}” {'activated' if form.is_new else 'saved'}."


class MessageLinkForm(RecordForm):
    class Meta:
        model = MessageLink
        fields = ["number", "name", "text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"text": "The text in the chat when someone opens the link. Up to 140 characters."}


def delete_link(link: MessageLink, form: None, request: HttpRequest) -> str:
    link.delete()
    return f"Message link “{link}” deleted. Its short link no longer works."


class MessageLinks(ResourcePage):
    model = MessageLink
    path = "message-links"
    title = "Message links"
    singular = "message link"
    description = "Short links that open a chat with one of your numbers and a prefilled text."
    icon = "link"
    form = MessageLinkForm
    created, changed = CREATE_LINK, EDIT_LINK
    add_label = "Create"
    search = ("name", "text", "number__number", "number__display_name")
    search_hint = "Name, text or number"
    columns = (
        Column(label="Name", value=attrgetter("name"), sub=attrgetter("text"), sort="name"),
        Column(label="Number", value=attrgetter("number"), sort="number__display_name"),
    )
    managed_by = ("admin", "business")
    granted_to = ("mis", "support", "csm", "sales")
    empty = "Put a message link on your website, in an e-mail or behind a QR code."
    custom_actions = (
        CustomAction(
            key="delete",
            label="Delete",
            action=DELETE_LINK,
            do=delete_link,
            confirm_text="Its short link will stop working.",
            danger=True,
            deletes=True,
        ),
    )

    def records(self, tenant: Tenant) -> QuerySet[MessageLink]:
        return super().records(tenant).select_related("number")

    def details(self, record: MessageLink) -> list[tuple[str, Any]]:
        return [
            ("Name", record.name),
            ("Number", record.number),
            ("Prefilled text", record.text),
            ("Short link", Address(reverse("short_link", args=[record.code]))),
            ("Opens", record.opens),
        ]

    def initial(self, request: HttpRequest) -> dict[str, Any]:
        return {"number": request.GET.get("number", "")}

    def store(self, form: Any, request: HttpRequest) -> str:
        if form.is_new:
            form.instance.code = secrets.token_urlsafe(16)  # 128 bits: found by nobody who was not given it
        link = form.save()
        return f"Message link “{link}” {'created' if form.is_new else 'saved'}."


LINK_SECTION = MessageLinks()
register(WabaNumbers())
register(LINK_SECTION)
