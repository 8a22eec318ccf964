from __future__ import annotations

import operator
from functools import reduce
from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from wisely_security.ledger.models import Event, EventQuerySet

from . import labels
from .vocabulary import ActorKind, Status


class AuditEventQuerySet(EventQuerySet["AuditEvent"]):
    def of_all_tenants(self) -> Self:
        """For support: says the condition, always true, of the index that has all tenants' events in order."""
        return self.filter(action__gte="")

    def by_actor(self, actor: str) -> Self:
        """By id, by e-mail address or name, or by kind: ``system``, ``api``, ``database``."""
        actor = actor.strip()
        if actor.lower() in ActorKind.values:
            return self.filter(actor_kind=actor.lower())
        try:
            return self.filter(actor_id=UUID(actor))
        except ValueError:
            return self.filter(Q(actor_email=actor.lower()) | Q(actor_name=actor))

    def of_record(self, resource_id: UUID) -> Self:
        return self.filter(resource_id=resource_id)

    def of_request(self, request_id: UUID) -> Self:
        return self.filter(request_id=request_id)

    def matching(self, text: str) -> Self:
        """Free text: every word of it somewhere in what is shown."""
        return self.filter(*map(_holds, text.split()))


SEARCHED = ("actor_name", "actor_email", "resource_name", "reason", "ip", "changes")


def _holds(word: str) -> Q:
    return reduce(operator.or_, (Q(**{f"{column}__icontains": word}) for column in SEARCHED))


class AuditEvent(Event):
    """One action on one record. Names are as they were at that moment; nothing is looked up later.

    ``module``, ``sub_module``, ``action``: keys of the registry, as text: a word that is no longer used stays readable.
    ``resource_type`` and ``resource_id``: the record, where there is one. ``changes``: a list, in the order of the
    record's fields, of ``{"field", "label"}`` with ``before`` and ``after`` in words (one of them for a record that was
    made or deleted), or ``added`` and ``removed`` (lists of words), or ``masked`` (true: changed, but to what is secret).
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

    objects: ClassVar[Any] = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = "audit event"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.module_label}: {self.action_label}"

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
