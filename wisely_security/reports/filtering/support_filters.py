"""What support can search for among the events of all tenants, whichever the record."""

from __future__ import annotations

import operator
from functools import reduce
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, Q, Value

from wisely_security.core.text.folding import fold
from wisely_security.ledger.models import NO_TENANT
from wisely_security.ledger.search.fields import Holds, pattern_of
from wisely_security.ledger.search.networks import parse_networks
from wisely_security.ledger.search.pasted import bare, parse_uuid
from wisely_security.tenancy.models import Tenant

from ..columns import ReportTable
from .choices import choice_filter
from .filters import PeriodForm, ReportFilterSet
from .periods import DEFAULT, Preset

NO_TENANT_TYPED = "none"
MOST_CANDIDATES = 8


def _single(each: Any) -> django_filters.Filter:
    def choices() -> list[Any]:
        return [choice for choice in each.extra["choices"] if choice[0] not in each.stored]

    return choice_filter(str(each.label), choices, "Any", each.field_name)


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

    @classmethod
    def filters_of(cls, table: type[ReportTable]) -> dict[str, django_filters.Filter]:
        """One value of each, as the column holds it."""
        return {name: _single(each) for name, each in super().filters_of(table).items()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = self.form.fields
        fields["period"].widget = forms.Select(choices=Preset.choices)
        fields["q"].help_text = self.text_help
        if not self.data.get("period"):
            custom = self.data.get("from") or self.data.get("to")
            self.form.data = {**dict(self.data.items()), "period": Preset.CUSTOM if custom else DEFAULT}
        self.form.order_fields(["q", "tenant", "period", "from", "to"])

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
