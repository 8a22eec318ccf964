"""What support can look for in the Audit Trails of all tenants."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q

from wisely_security.ledger.networks import parse_network
from wisely_security.reports import support_filters
from wisely_security.reports.choices import choice_filter

from . import labels
from .models import AuditEvent
from .vocabulary import ActorKind, Status


class SupportFilterSet(support_filters.SupportFilterSet):
    text_help = "Actor’s e-mail address or name, resource, IP address or network, or any ID."

    module = choice_filter("Module", labels.module_choices, "Any")
    sub_module = choice_filter("Sub-module", labels.sub_modules_by_module, "Any")
    action = choice_filter("Action", labels.action_choices, "Any")
    kind = choice_filter("Kind of actor", ActorKind.choices, "Any", "actor_kind")
    status = choice_filter("Status", Status.choices, "Any")

    class Meta(support_filters.SupportFilterSet.Meta):
        model = AuditEvent
        fields: list[str] = []

    def apply_text(self, queryset: Any, name: str, value: str) -> Any:
        if parse_network(value) is not None:
            return queryset.matching(value)
        try:
            named = UUID(value)
        except ValueError:
            pass
        else:
            return queryset.filter(Q(request_id=named) | Q(id=named) | Q(actor_id=named) | Q(resource_id=named))
        if "@" in value:
            return queryset.filter(actor_email=value.strip().lower())
        for word in value.split():
            queryset = queryset.filter(Q(actor_name__icontains=word) | Q(resource_name__icontains=word))
        return queryset
