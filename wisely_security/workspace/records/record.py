"""What every record of the workspace has in common."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from wisely_security.database.keys import key_field
from wisely_security.tenancy.models import Tenant


class CurrentTenant(models.Func):
    """The tenant of the current scope, in SQL."""

    function = "wisely_tenant"
    arity = 0
    output_field = models.UUIDField()
    allowed_default = True


class Record(models.Model):
    """A record of a tenant. Row-level security and composite foreign keys are in the migrations: what it refers to is
    of the same tenant."""

    id = key_field()
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True


class Channel(models.TextChoices):
    WHATSAPP = "whatsapp", "WhatsApp"
    SMS = "sms", "SMS"
    RCS = "rcs", "RCS"
    TRUECALLER = "truecaller", "Truecaller"
