"""The filters of the login events of all tenants, for support."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms

from wisely_security.reports.filtering import support_filters
from wisely_security.tenancy.models import User

from ..models import LoginEvent
from ..vocabulary import Action
from .tables import LoginActivityTable


class SupportFilterSet(support_filters.SupportFilterSet):
    text_help = "E-mail address, name, IP address or network, event or request ID."
    email = "user_email"
    names = ("user_name", "user_email")

    support = django_filters.BooleanFilter(
        label="Include support’s own views", method="apply_support", widget=forms.CheckboxInput
    )

    class Meta(support_filters.SupportFilterSet.Meta):
        model = LoginEvent
        table = LoginActivityTable
        fields: list[str] = []

    def apply_support(self, queryset: Any, name: str, value: bool | None) -> Any:
        """Support's views are hidden by default: viewing a page of many tenants adds an event to each."""
        if value:
            return queryset
        staff = User.objects.filter(tenant=None).values_list("pk", flat=True)
        return queryset.exclude(action=Action.VIEW, user_id__in=list(staff))
