"""The filters of the Audit Trails of all tenants, for support."""

from __future__ import annotations

from wisely_security.reports.filtering import support_filters
from wisely_security.reports.filtering.choices import choice_filter

from ..models import AuditEvent
from ..vocabulary import ActorKind, Status
from . import labels


class SupportFilterSet(support_filters.SupportFilterSet):
    text_help = "Actor’s e-mail address or name, resource, IP address or network, or any ID."
    email = "actor_email"
    names = ("actor_name", "resource_name")

    module = choice_filter("Module", labels.module_choices, "Any")
    sub_module = choice_filter("Sub-module", labels.sub_modules_by_module, "Any")
    action = choice_filter("Action", labels.action_choices, "Any")
    kind = choice_filter("Kind of actor", ActorKind.choices, "Any", "actor_kind")
    status = choice_filter("Status", Status.choices, "Any")

    class Meta(support_filters.SupportFilterSet.Meta):
        model = AuditEvent
        fields: list[str] = []
