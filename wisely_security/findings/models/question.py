"""People are asked about their own unusual sign-ins: "Was this you?"."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models.functions import Now

from wisely_security.database.keys import key_field
from wisely_security.tenancy.models import Tenant, User

from .finding import Answer, Finding


class AskSettings(models.Model):
    """Whether a tenant has its people asked. One without a row has."""

    id = key_field()
    tenant = models.OneToOneField(Tenant, on_delete=models.CASCADE, related_name="+")
    is_on = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"Questions of {self.tenant}"


class QuestionQuerySet(models.QuerySet["Question"]):
    def answerable(self) -> Self:
        """A "Yes" may still become a "No", which only makes the account safer. A "No" is final."""
        return self.filter(expires_at__gt=Now()).exclude(answer=Answer.NO)


class Question(models.Model):
    """One e-mail about one sign-in (``event_id`` in Login Activity), whichever findings rest on it.

    ``finding``: the one that it was asked for.
    """

    id = key_field()
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="+")
    event_id = models.UUIDField()
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    answer = models.CharField(max_length=3, choices=Answer, blank=True, default=Answer.NONE, db_default=Answer.NONE)
    answered_at = models.DateTimeField(null=True)

    objects: ClassVar[QuestionQuerySet] = QuestionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "event_id"], name="sign_in_question_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "user", "created_at"], name="sign_in_question_of_user"),
        ]

    def __str__(self) -> str:
        return f"Was this you? {self.user}"
