from __future__ import annotations

import operator
from collections.abc import Iterable
from functools import reduce
from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q, Value

from wisely_security.ledger.models import Event, EventQuerySet, OfPerson, for_projectors, wide_index
from wisely_security.ledger.search.fields import IndexedFields, TextCondition
from wisely_security.ledger.search.people import among, by_kind
from wisely_security.reports.table.stored import add_stored_fields

from .report import labels
from .report.tables import AuditTrailTable
from .vocabulary import ActorKind, Code, Status


def by_actors(actors: Iterable[str]) -> Q:
    """The condition that one of them did it: by id, by e-mail address, or by kind (``system``, …)."""
    found = by_kind(actors, ActorKind.values)
    conditions = [among("actor_id", found.ids), among("actor_email", found.emails), among("actor_kind", found.keys)]
    return reduce(operator.or_, filter(None, conditions))


class AuditEventQuerySet(EventQuerySet["AuditEvent"]):
    def by_actor(self, actor: str) -> Self:
        return self.filter(by_actors([actor]))

    def of_record(self, resource_id: UUID) -> Self:
        return self.filter(resource_id=resource_id)

    def in_session(self, name: str) -> Self:
        return self.filter(session=name)

    def of_request(self, request_id: UUID) -> Self:
        return self.filter(request_id=request_id)


class InChanges(TextCondition):
    """Whether a text of what people read of changes fulfils a pattern: ``InChanges(F("changes"), Value(pattern))``."""

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> Any:  # type: ignore[override]
        (changes, own), (pattern, its) = map(compiler.compile, self.get_source_expressions())
        like = f"LIKE wisely_fold({pattern})"
        said = " OR ".join(f"wisely_fold(change->>'{part}') {like}" for part in ("label", "before", "after"))
        names = "coalesce(change->'added', '[]') || coalesce(change->'removed', '[]')"
        in_names = f"EXISTS (SELECT FROM jsonb_array_elements_text({names}) AS name WHERE wisely_fold(name) {like})"
        sql = f"EXISTS (SELECT FROM jsonb_array_elements({changes}) AS change WHERE {said} OR {in_names})"
        return sql, [*own, *its * 4]


INDEXED = IndexedFields(
    texts={
        "actor_name": "actor_name",
        "actor_email": "actor_email",
        "resource_name": "resource_name",
        "reason": "reason",
        "ip": "host(ip)",
    },
    labelled={
        "module": labels.module_choices,
        "sub_module": labels.sub_module_choices,
        "action": labels.action_choices,
        "status": lambda: Status.choices,
        "reason_code": lambda: Code.choices,
        "actor_kind": lambda: [kind for kind in ActorKind.choices if kind[0] != ActorKind.PERSON],
    },
    also=lambda pattern: InChanges(F("changes"), Value(pattern)),
    also_sql="ARRAY(SELECT said #>> '{}' FROM jsonb_path_query(changes, '$.** ? (@.type() == \"string\")') AS said)",
    ids=("request_id", "actor_id", "resource_id"),
    columns=("actor_email", "session"),
    paired=("actor_id", "actor_kind", "module", "sub_module", "action", "status"),
)


class AuditEvent(Event):
    """One action on one record. Names are as they were at that moment; nothing is looked up later.

    ``module``, ``sub_module``, ``action``: keys of the registry, as text: a word that is no longer used stays readable.
    ``resource_type`` and ``resource_id``: the record, where there is one. ``changes``: a list, in the order of the
    record's fields, of ``{"field", "label"}`` with ``before`` and ``after`` in words (one of them for a record that was
    made or deleted), or ``added`` and ``removed`` (lists of words), or ``masked`` (true: changed, to what is secret).
    ``session``: the name of the person's session, as Login Activity has it; empty for API accounts and background work.
    """

    actor_kind = models.TextField("kind of actor")
    actor_id = models.UUIDField(null=True)
    actor_name = models.TextField("actioned by")
    actor_email = models.TextField("e-mail")
    module = models.TextField()
    sub_module = models.TextField("sub-module")
    action = models.TextField()
    status = models.TextField()
    reason_code = models.TextField("reason code")
    reason = models.TextField()
    resource_type = models.TextField("kind of record")
    resource_id = models.UUIDField(null=True)
    resource_name = models.TextField("resource reference")
    changes = models.JSONField(default=list)
    ip = models.GenericIPAddressField("IP address", null=True)
    session = models.TextField(default="", db_default="")

    dimensions = ("module", "sub_module", "action")
    people = ("actor_id", "actor_kind")
    personal = ("actor_name", "actor_email", "reason", "resource_name", "changes", "ip", "session")
    of_person = OfPerson(
        id="actor_id",
        name="actor_name",
        email="actor_email",
        whereabouts=("ip", "session"),
        resource=("resource_id", "resource_name"),
    )
    indexed = INDEXED
    objects: ClassVar[Any] = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = "audit event"
        ordering = ["-id"]
        indexes = [
            wide_index(
                *("audit_trail", "status", "module", "sub_module", "action", "actor_kind", "resource_id", "actor_id")
            ),
            for_projectors("audit_trail_auditevent"),
        ]

    def __str__(self) -> str:
        what = f"{self.module_label}: {self.action_label}"
        return f"{what}, {self.resource_name}" if self.resource_name else what

    @property
    def module_label(self) -> str:
        return labels.module(self.module)

    @property
    def sub_module_label(self) -> str:
        return labels.sub_module(self.sub_module)

    @property
    def action_label(self) -> str:
        return labels.action(self.action)

    @property
    def status_label(self) -> str:
        return Status.say(self.status)


add_stored_fields(AuditEvent, AuditTrailTable)
