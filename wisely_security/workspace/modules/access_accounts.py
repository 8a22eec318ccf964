"""Access accounts: with their API key, systems of the tenant send messages and report events."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from audit_trail.registry import Module, Transition, audited
from wisely_security.database.fields import OneLineField
from wisely_security.tenancy.models import Tenant, display_names

from ..pages.details import State
from ..pages.forms import Choices, Lines, RecordForm
from ..pages.resource_page import Column, CustomAction, ResourcePage, label_of, register
from ..records.api_keys import make_key
from ..records.record import Channel, Record
from ..records.validators import validate_network
from .business_groups import BusinessGroup

MODULE = Module("access_account", "Access Account", record=("account", "Account"))
SETUP = MODULE.action("setup", "Setup", "An access account was set up.")
EDIT = MODULE.action("edit", "Edit", "An access account was edited, or has a new API key.")
DEACTIVATE = MODULE.action(
    "deactivate", "Deactivate", "An access account was deactivated: its API key stopped working."
)
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
    """``key_hash``: SHA-256 of the API key, which is shown once; ``key_start``: what people distinguish keys by."""

    label = OneLineField(max_length=100)
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
        ordering = ["label__in_order"]
        verbose_name = "access account"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "label"],
                name="access_account_label_unique",
                violation_error_message="An access account with this label already exists.",
            )
        ]
        indexes = [models.Index(fields=["key_hash"], name="access_account_key_hash")]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        display_names.check(self)


display_names.declare(AccessAccount, "label")
audited(
    AccessAccount,
    name="{row}.label",
    created=SETUP,
    changed=EDIT,
    deleted=DELETE,
    transitions=(
        Transition(action=DEACTIVATE, field="is_active", to=(False,)),
        Transition(action=ACTIVATE, field="is_active", to=(True,)),
    ),
    masked=["key_hash"],
    untracked=["created_at", "key_start", "key_made_at"],
)


class AccessAccountForm(RecordForm):
    name_field = "label"

    channels = Choices(choices=Channel.choices)
    allowed_ips = Lines(
        forms.CharField(max_length=43, validators=[validate_network]),
        label="Allowed IPs",
        required=False,
        help_text="One address or network per line. Leave empty to allow any.",
    )

    class Meta:
        model = AccessAccount
        fields = ["label", "communication", "traffic", "channels", "business_group", "allowed_ips"]


def say_channels(record: Any) -> str:
    return ", ".join(Channel(each).label for each in record.channels)


def give_key(account: AccessAccount, request: HttpRequest) -> HttpResponse:
    """A new API key: stored as a hash, and shown on this page alone."""
    key, account.key_hash, account.key_start = make_key()
    account.key_made_at = timezone.now()
    account.save()
    return render(
        request,
        "workspace/shown_once.html",
        {
            "record": account,
            "heading": f"API key for {account}",
            "lead": "Copy it now and keep it safe: it is shown only once. We store only its hash.",
            "value": key,
            "resource_page": RESOURCE_PAGE,
            "done_url": RESOURCE_PAGE.url(account.pk),
        },
    )


def deactivate(account: AccessAccount, form: None, request: HttpRequest) -> str:
    account.is_active = False
    account.save(update_fields=["is_active"])
    return f"Access account “{account}” deactivated. Its API key no longer works."


def activate(account: AccessAccount, form: None, request: HttpRequest) -> str:
    account.is_active = True
    account.save(update_fields=["is_active"])
    return f"Access account “{account}” activated. Its API key is unchanged."


class AccessAccounts(ResourcePage):
    model = AccessAccount
    path = "access-accounts"
    title = "Access accounts"
    singular = "access account"
    description = "Your own systems use these to send messages and report events. Each has its own API key."
    icon = "key"
    form = AccessAccountForm
    created, changed = SETUP, EDIT
    add_label = "Set up"
    confirms_adding = True
    search = ("label", "business_group__name", "key_start")
    search_hint = "Label, group or start of the key"
    columns = (
        Column(label="Label", value=attrgetter("label"), sub=lambda it: f"{it.key_start}…", sort="label"),
        Column(label="Communication", value=label_of("communication"), sub=label_of("traffic"), sort="communication"),
        Column(label="Channels", value=say_channels),
        Column(label="Business group", value=attrgetter("business_group"), sort="business_group__name"),
        Column(
            label="State",
            value=lambda it: "Active" if it.is_active else "Deactivated",
            badge=lambda it: "success" if it.is_active else "plain",
            sort="is_active",
        ),
    )
    managed_by = ("admin", "developer")
    granted_to = ("business", "mis", "support", "csm")
    empty = "Set up an access account to send messages from your own systems."
    custom_actions = (
        CustomAction(
            key="new_key",
            label="New API key",
            submit="Replace key",
            action=EDIT,
            do=lambda account, form, request: give_key(account, request),
            confirm_text="The current key stops working immediately. The new one is shown once.",
            confirmed=True,
        ),
        CustomAction(
            key="deactivate",
            label="Deactivate",
            action=DEACTIVATE,
            do=deactivate,
            denial_reason=lambda account, user: "" if account.is_active else "This account is already deactivated.",
            danger=True,
        ),
        CustomAction(
            key="activate",
            label="Activate",
            action=ACTIVATE,
            do=activate,
            denial_reason=lambda account, user: "This account is already active." if account.is_active else "",
        ),
    )

    def records(self, tenant: Tenant) -> QuerySet[AccessAccount]:
        return super().records(tenant).select_related("business_group")

    def details(self, record: AccessAccount) -> list[tuple[str, Any]]:
        return [
            ("Label", record.label),
            ("State", State("Active", "success") if record.is_active else State("Deactivated", "plain")),
            ("Communication type", record.get_communication_display()),
            ("Traffic type", record.get_traffic_display()),
            ("Channels", say_channels(record)),
            ("Business group", record.business_group),
            ("Allowed IPs", "\n".join(record.allowed_ips) or "All"),
            ("API key", f"{record.key_start}… (created on {timezone.localtime(record.key_made_at):%-d %b %Y})"),
        ]

    def store(self, form: Any, request: HttpRequest) -> str | HttpResponse:
        if not form.is_new:
            return super().store(form, request)
        return give_key(form.save(commit=False), request)


RESOURCE_PAGE = register(AccessAccounts())
