"""What support can look for among the events of all tenants, whichever the record."""

from __future__ import annotations

import operator
from functools import reduce
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from wisely_security.core.text.folding import fold
from wisely_security.ledger.models import NO_TENANT
from wisely_security.ledger.networks import parse_networks
from wisely_security.ledger.pasted import bare, parse_uuid
from wisely_security.tenancy.models import Tenant

from .filters import PeriodForm, ReportFilterSet
from .periods import DEFAULT, Preset
from .tenant_by_tenant import TenantByTenant

NO_TENANT_TYPED = "none"
MOST_CANDIDATES = 8
_WHOSE_AND_WHEN = {"tenant", "period", "from", "to"}


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

    An ID is looked for in the columns that the record names, an e-mail address in ``email``; each has an index.
    ``names``: columns that have each of its words otherwise.
    """

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

    def filter_queryset(self, queryset: Any) -> Any:
        events = super().filter_queryset(queryset)
        return events if self.form.cleaned_data["tenant"] else events.of_all_tenants()

    def seek(self) -> TenantByTenant | None:
        """How to find what the filters select. None: among the newest, as far back as need be."""
        chosen = self.form.cleaned_data
        text = str(chosen["q"])
        named = self._named(text)
        if (text and not named) or not any(chosen[name] for name in self.filters if name not in _WHOSE_AND_WHEN):
            return None
        others = self._filtered(self.queryset, [name for name in self.filters if name != "q"])
        either = [others.filter(condition) for condition in named or [Q()]]
        if tenant := chosen["tenant"]:
            return TenantByTenant([tenant], None, either)
        newest = self._filtered(self.queryset, []).of_all_tenants()
        return TenantByTenant([NO_TENANT, *Tenant.objects.values_list("pk", flat=True)], newest, either)

    def apply_text(self, queryset: Any, name: str, value: str) -> Any:
        if named := self._named(value):
            return queryset.filter(reduce(operator.or_, named))
        for word in value.split():
            if parse_networks(bare(word)):
                queryset = queryset.matching(word)
            else:
                queryset = queryset.filter(
                    reduce(operator.or_, [Q(**{f"{it}__folded__contains": word}) for it in self.names])
                )
        return queryset

    def _named(self, text: str) -> list[Q]:
        """Conditions, one of which holds for what a text names. Empty: it is words."""
        searched = self.queryset.model.searched
        if key := parse_uuid(text):
            return [Q(**{column: key}) for column in searched.ids]
        if "@" in text:
            return [Q(**{self.email: text.strip().lower()})]
        return [searched.holds(text)] if len(text.split()) == 1 and searched.is_indexed(text) else []

    def told(self) -> dict[str, str]:
        """The filters that hold, in words."""
        said = {"Period": str(self.form.cleaned_data["during"])}
        for name, field in self.form.fields.items():
            if str(self.form[name].value() or "").strip() and name not in {"period", "from", "to"}:
                said[str(field.label)] = self.said(name)
        return said
