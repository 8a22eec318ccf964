"""Requests to erase somebody: asked for by one member of support, confirmed by another, worked by a command."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from audit_trail.registry import exempt
from wisely_security.database.keys import key_field
from wisely_security.tenancy.models import Tenant


class ErasureRequest(models.Model):
    """``email``, ``user``, ``names``: whom; emptied when it is done. ``tenant``: None for support staff, and for an
    address that is nobody's. ``requested_by``: None for the operator's command, which asks nobody. Otherwise two
    different people stand in a confirmed row: the database sees to that.
    """

    id = key_field()
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, null=True, related_name="+")
    user = models.UUIDField("user ID", null=True)
    email = models.EmailField("e-mail", blank=True)
    names = ArrayField(models.TextField(), verbose_name="names and other identifiers", default=list, blank=True)
    reference = models.CharField(max_length=200)
    requested_by = models.UUIDField(null=True)
    requested_by_name = models.CharField("requested by", max_length=150, blank=True)
    requested_at = models.DateTimeField(db_default=Now())
    confirmed_by = models.UUIDField(null=True)
    confirmed_by_name = models.CharField("confirmed by", max_length=150, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    events = models.PositiveBigIntegerField(null=True)

    class Meta:
        verbose_name = "erasure request"
        ordering: ClassVar[list[str]] = ["-requested_at"]
        constraints = [
            models.CheckConstraint(
                name="erasure_request_four_eyes",
                condition=models.Q(confirmed_by=None, confirmed_at=None)
                | (models.Q(confirmed_at__isnull=False) & models.Q(requested_by=None))
                | (models.Q(confirmed_at__isnull=False) & ~models.Q(confirmed_by=models.F("requested_by"))),
            ),
            models.CheckConstraint(
                name="erasure_request_confirmed_before_finished",
                condition=models.Q(finished_at=None) | models.Q(confirmed_at__isnull=False, withdrawn_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.email or "Erased person"

    @property
    def state(self) -> str:
        if self.withdrawn_at:
            return "Withdrawn"
        if self.finished_at:
            return "Erased"
        return "Confirmed, waits for the nightly run" if self.confirmed_at else "Waits for a second person"

    @property
    def is_open(self) -> bool:
        return not (self.withdrawn_at or self.finished_at)


exempt(ErasureRequest, "Each step of it is recorded as an event of its own.")

from . import recording  # noqa: E402, F401  (its actions are declared with the others)
