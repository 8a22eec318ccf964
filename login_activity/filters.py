from __future__ import annotations

import re
from typing import Any

import django_filters
from django import forms
from django.http import QueryDict

from wisely_security.reports.filters import ReportFilterSet
from wisely_security.request_context import current
from wisely_security.tenancy.models import User

from .countries import COUNTRIES
from .devices import DeviceKind
from .models import LoginEvent
from .vocabulary import Action, Status

MOST_USERS_LISTED = 500
UUID_SHAPE = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
NO_VIEWS = "-view"


def user_choices() -> list[tuple[str, str]]:
    """The tenant's own users, by name. A tenant with very many gets the first; the rest are found by free text."""
    users = User.objects.filter(tenant=current().tenant_id).values_list("pk", "name", "email")
    return [(str(pk), f"{name} ({email})") for pk, name, email in users[:MOST_USERS_LISTED]]


def _choices(label: str, choices: Any, empty: str, field: str | None = None, **options: Any) -> Any:
    return django_filters.ChoiceFilter(
        **options,
        label=label,
        field_name=field,
        choices=choices,
        empty_label=empty,
        error_messages={"invalid_choice": f"Choose one of the list for “{label}”."},
    )


class LoginActivityFilterSet(ReportFilterSet):
    user = django_filters.CharFilter(label="User", method="apply_user", max_length=254)
    status = _choices("Status", Status.choices, "Any status")
    action = _choices("Action", [(NO_VIEWS, "All but View"), *Action.choices], "Any action", method="apply_action")
    device = _choices("Device", DeviceKind.choices, "Any device", "device_kind")
    country = _choices("Country", sorted(COUNTRIES.items(), key=lambda item: item[1]), "Any country")

    def __init__(self, data: QueryDict, **options: Any) -> None:
        super().__init__(data, **options)
        choices = [("", "Any user"), *user_choices()]
        typed = self.form["user"].value()
        if typed and typed not in dict(choices):
            choices.append((typed, "Somebody else" if UUID_SHAPE.fullmatch(typed) else typed))
        self.form.fields["user"].widget = forms.Select(choices=choices)

    class Meta(ReportFilterSet.Meta):
        model = LoginEvent
        fields: list[str] = []

    def apply_action(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.exclude(action=Action.VIEW) if value == NO_VIEWS else queryset.filter(action=value)

    def apply_user(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.of_user(value)
