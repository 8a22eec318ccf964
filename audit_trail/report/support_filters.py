"""The filters of the Audit Trails of all tenants, for support."""

from __future__ import annotations

from wisely_security.reports.filtering import support_filters
from wisely_security.reports.filtering.many import many_filter

from ..models import AuditEvent
from ..vocabulary import ActorKind
from .tables import AuditTrailTable


class SupportFilterSet(support_filters.SupportFilterSet):
    text_help = "Actor’s e-mail address or name, resource, IP address or network, or any ID."
    email = "actor_email"
    names = ("actor_name", "resource_name")

    kind = many_filter("Kind of actor", ActorKind.choices, "actor_kind")

    class Meta(support_filters.SupportFilterSet.Meta):
        model = AuditEvent
        table = AuditTrailTable
        fields: list[str] = []
