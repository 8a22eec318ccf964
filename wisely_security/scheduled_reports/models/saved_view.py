from __future__ import annotations

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from wisely_security.database.fields import OneLineField
from wisely_security.database.lookups import Folded
from wisely_security.tenancy.models import User
from wisely_security.workspace.records.record import Record

LONGEST_NAME = 100


class OfRecord(models.TextChoices):
    """The records by the keys of their reports."""

    LOGIN_ACTIVITY = "login-activity", "Login Activity"
    AUDIT_TRAIL = "audit-trail", "Audit Trail"


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: User) -> Self:
        """A person's own, and those that are shared with the company."""
        return self.filter(Q(owner=user) | Q(owner=None))

    def shared(self) -> Self:
        return self.filter(owner=None)


class SavedView(Record):
    """Filters of a record under a name. It opens nothing by itself: whoever uses it needs the record's permissions.

    ``parameters``: of the query string, each ``name=value``; a period such as "Last month" stays relative.
    ``owner``: whose it is. A shared one is the company's and has none, so it stays when people go.
    """

    record = models.CharField(max_length=20, choices=OfRecord, editable=False)
    name = OneLineField(max_length=LONGEST_NAME)
    parameters = ArrayField(models.TextField(), verbose_name="filters", editable=False)
    is_shared = models.BooleanField("shared", default=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="saved_views", editable=False)

    objects: ClassVar[SavedViewQuerySet] = SavedViewQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name__in_order"]
        verbose_name = "saved view"
        constraints = [
            models.UniqueConstraint(
                F("tenant"),
                F("owner"),
                F("record"),
                Folded("name"),
                name="saved_view_name_unique",
                nulls_distinct=False,
                violation_error_message="A view with this name already exists.",
            ),
            models.CheckConstraint(name="saved_view_of_somebody", condition=Q(is_shared=Q(owner=None))),
        ]

    def __str__(self) -> str:
        return self.name
