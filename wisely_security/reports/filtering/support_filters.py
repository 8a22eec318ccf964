"""What support can search for among the events of all tenants, whichever the record."""

from __future__ import annotations

import operator
from functools import cached_property, reduce
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, Q, Value

from wisely_security.core.request_context import acting_as
from wisely_security.core.text.folding import fold
from wisely_security.ledger.derived.occurring import occurring
from wisely_security.ledger.models import NO_TENANT
from wisely_security.ledger.search.fields import Holds, pattern_of
from wisely_security.ledger.search.networks import parse_networks
from wisely_security.ledger.search.pasted import bare, parse_uuid
from wisely_security.tenancy.models import Tenant

from .filters import ReportFilterSet
from .period_form import PeriodForm
from .periods import DEFAULT, Preset

NO_TENANT_TYPED = "none"
MOST_CANDIDATES = 8


class SupportFilterForm(PeriodForm):
    def clean_tenant(self) -> UUID | None:
        """A tenant's id by its short name or name, whole or in part. Raises ValidationError unless it is just one."""
        typed: str = self.cleaned_data["tenant"].strip()
        if not typed:
            return None
        if fold(typed) == NO_TENANT_TYPED:
            return NO_TENANT
        in_part = Q(name__folded__contains=typed) | Q(slug__folded__contains=typed)
        for match in (Q(slug__folded=typed), Q(name__folded=typed), in_part):
            found = list(Tenant.objects.filter(match)[: MOST_CANDIDATES + 1])
            if len(found) == 1:
                return found[0].pk
            if found:
                slugs = ", ".join(tenant.slug for tenant in found[:MOST_CANDIDATES])
                raise ValidationError(f"Which one? {slugs}{', …' if len(found) > MOST_CANDIDATES else ''}")
        raise ValidationError("No tenant has this name. Enter the tenant’s name or short name.")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("finding") and data.get("tenant") is None and "tenant" not in self.errors:
            self.add_error("finding", "Findings are of one tenant. Enter it, too.")
        return data


class SupportFilterSet(ReportFilterSet):
    """Period and free text as on the tenants' own pages, but for free text: fewer columns, for there are more rows.

    An ID is looked for in the columns that the record names, an e-mail address in ``email``.
    ``names``: columns that have each of its words otherwise.
    """

    has_box = False
    text_help: str
    email: ClassVar[str]
    names: ClassVar[tuple[str, ...]]

    tenant = django_filters.CharFilter(
        label="Tenant",
        field_name="tenant_id",
        max_length=200,
        help_text=f"Name or short name; “{NO_TENANT_TYPED}”: of no tenant.",
    )

    class Meta(ReportFilterSet.Meta):
        form = SupportFilterForm

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = self.form.fields
        fields["period"].widget = forms.Select(choices=Preset.choices)
        fields["q"].help_text = self.text_help
        if not self.data.get("period"):
            custom = self.data.get("from") or self.data.get("to")
            self.form.data = {**dict(self.data.items()), "period": Preset.CUSTOM if custom else DEFAULT}
        self.form.order_fields(["q", "tenant", "period", "from", "to"])

    @cached_property
    def occurring(self) -> dict[str, set[str]]:
        """What occurs in the tenant that is chosen; of all tenants together nothing is counted."""
        tenant_id = self.form.cleaned_data.get("tenant") if self.form.is_valid() else None
        return occurring(self.queryset.model, tenant_id) if tenant_id else {}

    def apply_finding(self, queryset: Any, name: str, value: str) -> Any:
        with acting_as(tenant_id=self.form.cleaned_data["tenant"]):
            return super().apply_finding(queryset, name, value)

    def apply_text(self, queryset: Any, name: str, value: str) -> Any:
        if key := parse_uuid(value):
            return queryset.filter(queryset.model.indexed.having(key))
        if "@" in value:
            return queryset.filter(**{self.email: value.strip().lower()})
        for word in value.split():
            if parse_networks(bare(word)):
                queryset = queryset.matching(word)
            else:
                pattern = Value(pattern_of(word))
                queryset = queryset.filter(reduce(operator.or_, [Q(Holds(F(it), pattern)) for it in self.names]))
        return queryset

    def recorded_filters(self) -> dict[str, str]:
        """The filters that hold, in words."""
        shown = {"Period": str(self.form.cleaned_data["during"])}
        for name, field in self.form.fields.items():
            if str(self.form[name].value() or "").strip() and name not in {"period", "from", "to"}:
                shown[str(field.label)] = self.display_value(name)
        return shown
