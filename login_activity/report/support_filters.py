"""The filters of the login events of all tenants, for support."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms

from wisely_security.reports.filtering import support_filters
from wisely_security.reports.filtering.choices import choice_filter
from wisely_security.tenancy.models import User

from ..devices.identify import DeviceKind
from ..models import LoginEvent
from ..places.countries import country_choices
from ..vocabulary import Action, Status


class SupportFilterSet(support_filters.SupportFilterSet):
    text_help = "E-mail address, name, IP address or network, event or request ID."
    email = "user_email"
    names = ("user_name", "user_email")

    status = choice_filter("Status", Status.choices, "Any")
    action = choice_filter("Action", Action.choices, "Any")
    device = choice_filter("Device", DeviceKind.choices, "Any", "device_kind")
    country = choice_filter("Country", country_choices(), "Any")
    support = django_filters.BooleanFilter(
        label="Include support’s own views", method="apply_support", widget=forms.CheckboxInput
    )

    class Meta(support_filters.SupportFilterSet.Meta):
        model = LoginEvent
        fields: list[str] = []

    def apply_support(self, queryset: Any, name: str, value: bool | None) -> Any:
        """Support's views are hidden by default: viewing a page of many tenants adds an event to each."""
        if value:
            return queryset
        staff = User.objects.filter(tenant=None).values_list("pk", flat=True)
        return queryset.exclude(action=Action.VIEW, user_id__in=list(staff))
