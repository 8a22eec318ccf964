"""Opt-in and opt-out: who agreed to which messages, and what they are answered."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from audit_trail.registry import Module, audited
from wisely_security.database.fields import OneLineField
from wisely_security.tenancy.models import Tenant

from ..pages.forms import RecordForm
from ..pages.resource_page import Column, CustomAction, ResourcePage, label_of, register
from ..records.record import Channel, Record
from ..records.validators import validate_e164
from .access_accounts import AccessAccount, say_channels

MODULE = Module("opt_in_out", "Opt-in/Opt-out", record=("consent_group", "Consent group"))
CREATE = MODULE.action("create", "Create", "A consent group was created.")
EDIT = MODULE.action("edit_update", "Edit/Update", "A consent group was edited.")
DELETE = MODULE.action("delete", "Delete", "A consent group was deleted.")


class ConsentGroup(Record):
    name = OneLineField(max_length=100)
    description = OneLineField(max_length=300, blank=True)
    access_account = models.ForeignKey(AccessAccount, on_delete=models.PROTECT, related_name="consent_groups")
    channel = models.CharField(max_length=10, choices=Channel)
    number = models.CharField(max_length=16, validators=[validate_e164])
    opt_in_response = models.CharField("answer to an opt-in", max_length=500)
    opt_out_response = models.CharField("answer to an opt-out", max_length=500)

    class Meta:
        ordering = ["name__in_order"]
        verbose_name = "consent group"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"],
                name="consent_group_name_unique",
                violation_error_message="A consent group with this name already exists.",
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


class ConsentGroupForm(RecordForm):
    class Meta:
        model = ConsentGroup
        fields = [
            *("name", "description", "access_account", "channel", "number"),
            *("opt_in_response", "opt_out_response"),
        ]
        widgets = {
            "opt_in_response": forms.Textarea(attrs={"rows": 3}),
            "opt_out_response": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {"number": "The number that people write to. Include the country code, for example +14155550123."}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if {"access_account", "channel"} <= self.untouched:
            return data
        account, channel = data.get("access_account"), data.get("channel")
        if account and channel and channel not in account.channels:
            self.add_error(
                "channel",
                ValidationError(
                    f"{account} only sends by {say_channels(account)}. Choose one of its channels.", code="channel"
                ),
            )
        return data


def delete(group: ConsentGroup, form: None, request: HttpRequest) -> str:
    group.delete()
    return f"Consent group “{group}” deleted."


class ConsentGroups(ResourcePage):
    model = ConsentGroup
    path = "consent-groups"
    title = "Opt-in/Opt-out"
    singular = "consent group"
    description = "Where people opt in to and out of your messages, and the replies they get."
    icon = "hand-raised"
    form = ConsentGroupForm
    created, changed = CREATE, EDIT
    add_label = "Create"
    search = ("name", "description", "number", "access_account__label")
    search_hint = "Name, number or account"
    columns = (
        Column(label="Name", value=attrgetter("name"), sub=attrgetter("description"), sort="name"),
        Column(label="Access account", value=attrgetter("access_account"), sort="access_account__label"),
        Column(label="Channel", value=label_of("channel"), sort="channel"),
        Column(label="Number", value=attrgetter("number"), sort="number"),
    )
    managed_by = ("admin", "business")
    granted_to = ("mis", "support", "csm")
    empty = "A consent group holds the number that people send START or STOP to, and your replies."
    custom_actions = (
        CustomAction(
            key="delete",
            label="Delete",
            action=DELETE,
            do=delete,
            confirm_text="People who write to its number get no more replies. Its history stays in the Audit Trail.",
            danger=True,
            deletes=True,
        ),
    )

    def records(self, tenant: Tenant) -> QuerySet[ConsentGroup]:
        return super().records(tenant).select_related("access_account")

    def details(self, record: ConsentGroup) -> list[tuple[str, Any]]:
        return [
            ("Name", record.name),
            ("Description", record.description),
            ("Access account", record.access_account),
            ("Channel", record.get_channel_display()),
            ("Number", record.number),
            ("Answer to an opt-in", record.opt_in_response),
            ("Answer to an opt-out", record.opt_out_response),
        ]


register(ConsentGroups())
