from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Now

from wisely_security.database.keys import key_field
from wisely_security.tenancy.models import Tenant

from ..rules import RULES
from ..rules.rule import Details, Severity

LONGEST_REASON = 500


class State(models.TextChoices):
    OPEN = "open", "Open"
    EXPECTED = "expected", "Expected"
    CONFIRMED = "confirmed", "Confirmed"


class Answer(models.TextChoices):
    """What the person whose sign-in it is has answered to "Was this you?"."""

    NONE = "", "No answer"
    YES = "yes", "Yes, it was me"
    NO = "no", "No, secure my account"


class FindingQuerySet(models.QuerySet["Finding"]):
    def during(self, start: datetime, end: datetime) -> Self:
        """Those that went on between two moments."""
        return self.filter(last_at__gte=start, first_at__lt=end)

    def still_open(self) -> Self:
        return self.filter(state=State.OPEN)

    def latest_first(self) -> Self:
        return self.order_by("-last_at", "-id")

    def disowned_first(self) -> Self:
        """What the person says was not them stands on top."""
        is_disowned = models.Case(models.When(answer=Answer.NO, then=0), default=1)
        return self.order_by(is_disowned, "-last_at", "-id")


class Finding(models.Model):
    """What a rule found: one incident, from its first event to its last.

    ``title``: rule and name, as the Audit Trail names it. ``subject``: what the incident is about, for the rule.
    ``person``: whose account it is about, where it is one. ``facts``: what an exception may name. ``evidence``: what
    the sentence is made of. ``number``: of events, also of those beyond what is kept in findings_event; of an event
    that stands for many attempts, of the attempts.
    ``answer``: of the person who was asked about a sign-in.
    """

    is_news = False  # it has just been found, or has become more severe, and nobody has decided on it

    id = key_field()
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    rule = models.CharField(max_length=40)
    subject = models.CharField(max_length=300)
    title = models.CharField(max_length=300)
    severity = models.CharField(max_length=10, choices=Severity)
    person = models.UUIDField(null=True)
    name = models.CharField(max_length=300)
    facts = models.JSONField(default=dict)
    evidence = models.JSONField(default=dict)
    number = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN, db_default=State.OPEN)
    reason = models.CharField(max_length=LONGEST_REASON, blank=True, default="", db_default="")
    answer = models.CharField(
        max_length=3, choices=Answer, blank=True, default=Answer.NONE, db_default=Answer.NONE, editable=False
    )
    decided_by = models.CharField(max_length=300, default="", db_default="", editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[Any] = FindingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-last_at", "-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "state", "last_at"], name="finding_by_state"),
            models.Index(fields=["tenant", "last_at"], name="finding_by_time"),
            models.Index(fields=["tenant", "rule", "subject", "last_at"], name="finding_by_subject"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def rule_title(self) -> str:
        return RULES[self.rule].title if self.rule in RULES else self.rule

    @property
    def sentence(self) -> str:
        """In the reader's time zone. That of a rule that there is no more: its title."""
        minutes = round((self.last_at - self.first_at).total_seconds() / 60)
        details = Details(self.name, self.evidence, self.number, minutes)
        return RULES[self.rule].sentence(details) if self.rule in RULES else self.title


class FindingException(models.Model):
    """What a rule no longer objects to: a ``kind`` of fact with one ``value``."""

    class Kind(models.TextChoices):
        NETWORK = "network", "This network"
        DEVICE = "device", "This device"
        PERSON = "person", "This person"

    id = key_field()
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    rule = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(max_length=300)
    label = models.CharField("exception", max_length=300)
    reason = models.CharField(max_length=LONGEST_REASON)
    created_by = models.CharField(max_length=300, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "rule", "kind", "value"], name="finding_exception_once"),
        ]

    def __str__(self) -> str:
        return self.label


class RuleSettings(models.Model):
    """What a tenant has decided about a rule: whether it runs, and thresholds other than the defaults."""

    id = key_field()
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    rule = models.CharField(max_length=40)
    is_on = models.BooleanField(default=True)
    limits = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "rule"], name="rule_settings_once"),
        ]

    def __str__(self) -> str:
        return self.rule


def limits_in_force(settings: dict[str, RuleSettings]) -> dict[str, dict[str, int]]:
    """The thresholds of the rules that run, given what a tenant has decided, by rule."""
    found = {}
    for key, rule in RULES.items():
        its = settings.get(key)
        if its is None or its.is_on:
            known = {name: value for name, value in (its.limits if its else {}).items() if name in rule.defaults}
            found[key] = {**rule.defaults, **known}
    return found
