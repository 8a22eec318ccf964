"""Who is notified of findings by e-mail: what each admin has chosen, and of what each is to be notified."""

from __future__ import annotations

from datetime import time
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from wisely_security.database.keys import key_field
from wisely_security.tenancy.models import Tenant, User

from ..rules.rule import Severity
from .finding import Finding

DISOWNED = "disowned"  # the occasion of an alert: the person says that it was not them


class How(models.TextChoices):
    AT_ONCE = "at_once", "At once"
    DAILY = "daily", "In the daily digest"
    NEVER = "never", "Never"


class AlertSettings(models.Model):
    """What one person has chosen. Whoever has no row has the defaults (``default_for``).

    ``by_rule``: how they are notified of findings of a rule, whatever its severity. ``digest_at``: in their time zone.
    """

    id = key_field()
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    high = models.CharField("high severity", max_length=10, choices=How)
    medium = models.CharField("medium severity", max_length=10, choices=How)
    low = models.CharField("low severity", max_length=10, choices=How)
    by_rule = models.JSONField(default=dict)
    digest_at = models.TimeField("time of the daily digest", default=time(8))

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "user"], name="alert_settings_once"),
        ]

    def __str__(self) -> str:
        return f"Alerts of {self.user}"

    @classmethod
    def default_for(cls, user: User) -> AlertSettings:
        """The Super Admin is notified of everything, others who may view findings of what matters more."""
        high, low = (How.AT_ONCE, How.DAILY) if user.is_super_admin else (How.DAILY, How.NEVER)
        return cls(tenant=user.tenant, user=user, high=high, medium=How.DAILY, low=low)

    def how(self, rule: str, severity: str) -> str:
        return str(self.by_rule.get(rule) or getattr(self, severity))


class Alert(models.Model):
    """Somebody is to be notified of a finding, once for each ``occasion``: a severity that it has reached, or DISOWNED.

    Written in the transaction of the finding. ``sent_at``: when it entered the outbox, ``sent_as``: how, and
    ``notification``: in which e-mail, committed together.
    """

    id = key_field()
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="+")
    occasion = models.CharField(max_length=10, choices=[*Severity.choices, (DISOWNED, "Not recognised")])
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    sent_as = models.CharField(max_length=10, choices=How, blank=True)
    notification = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "user", "finding", "occasion"], name="finding_alert_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "user"], name="finding_alert_pending", condition=models.Q(sent_at=None)),
            models.Index(fields=["tenant", "user", "sent_at"], name="finding_alert_sent"),
            models.Index(fields=["notification"], name="finding_alert_of_e_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.finding} for {self.user}"
