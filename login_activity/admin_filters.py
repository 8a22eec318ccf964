"""What support can look for among the events of all tenants."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from wisely_security.ledger.models import NO_TENANT
from wisely_security.reports.filters import PeriodForm, ReportFilterSet
from wisely_security.reports.periods import DEFAULT, Preset
from wisely_security.tenancy.models import Tenant, User

from .countries import COUNTRIES
from .devices import DeviceKind
from .models import LoginEvent, parse_network
from .vocabulary import Action, Status

NO_TENANT_TYPED = "none"
MOST_CANDIDATES = 8


class SupportFilterForm(PeriodForm):
    def clean_tenant(self) -> UUID | None:
        """A tenant's id by its short name or name, whole or in part. Raises ValidationError unless it is just one."""
        typed: str = self.cleaned_data["tenant"].strip()
        if not typed:
            return None
        if typed.lower() == NO_TENANT_TYPED:
            return NO_TENANT
        in_part = Q(name__icontains=typed) | Q(slug__icontains=typed)
        for match in (Q(slug=typed.lower()), Q(name__iexact=typed), in_part):
            found = list(Tenant.objects.filter(match)[: MOST_CANDIDATES + 1])
            if len(found) == 1:
                return found[0].pk
            if found:
                slugs = ", ".join(tenant.slug for tenant in found[:MOST_CANDIDATES])
                raise ValidationError(f"Which one? {slugs}{', …' if len(found) > MOST_CANDIDATES else ''}")
        raise ValidationError("No tenant has this name.")


def _choices(label: str, choices: Any, field: str | None = None) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(label=label, field_name=field, choices=choices, empty_label="Any")


class SupportFilterSet(ReportFilterSet):
    """Period and free text as on the tenants' own pages, but for free text: fewer columns, for there are more rows."""

    tenant = django_filters.CharFilter(
        label="Tenant",
        field_name="tenant_id",
        max_length=200,
        help_text=f"Name or short name; “{NO_TENANT_TYPED}”: of no tenant.",
    )
    status = _choices("Status", Status.choices)
    action = _choices("Action", Action.choices)
    device = _choices("Device", DeviceKind.choices, "device_kind")
    country = _choices("Country", sorted(COUNTRIES.items(), key=lambda item: item[1]))
    support = django_filters.BooleanFilter(
        label="With support’s own looks", method="apply_support", widget=forms.CheckboxInput
    )

    class Meta(ReportFilterSet.Meta):
        model = LoginEvent
        fields: list[str] = []
        form = SupportFilterForm

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = self.form.fields
        fields["period"].widget = forms.Select(choices=Preset.choices)
        fields["q"].help_text = "E-mail address, name, IP address or network, event or request ID."
        if not self.data.get("period"):
            custom = self.data.get("from") or self.data.get("to")
            self.form.data = {**dict(self.data.items()), "period": Preset.CUSTOM if custom else DEFAULT}
        self.form.order_fields(["q", "tenant", "period", "from", "to"])

    def apply_text(self, queryset: Any, name: str, value: str) -> Any:
        if parse_network(value) is not None:
            return queryset.matching(value)
        try:
            named = UUID(value)
        except ValueError:
            pass
        else:
            return queryset.filter(Q(request_id=named) | Q(id=named) | Q(user_id=named))
        if "@" in value:
            return queryset.filter(user_email=value.strip().lower())
        for word in value.split():
            queryset = queryset.filter(Q(user_name__icontains=word) | Q(user_email__icontains=word))
        return queryset

    def apply_support(self, queryset: Any, name: str, value: bool | None) -> Any:
        """Support's looks are hidden unless asked for: looking at a page of many tenants adds an event to each."""
        if value:
            return queryset
        staff = User.objects.filter(tenant=None).values_list("pk", flat=True)
        return queryset.exclude(action=Action.VIEW, user_id__in=list(staff))

    def told(self) -> dict[str, str]:
        """The filters that hold, in words."""
        said = {"Period": str(self.form.cleaned_data["during"])}
        for name, field in self.form.fields.items():
            value = str(self.form[name].value() or "").strip()
            if value and name not in {"period", "from", "to"}:
                choices = {str(key): str(label) for key, label in getattr(field.widget, "choices", ())}
                said[str(field.label)] = choices.get(value, value)
        return said
