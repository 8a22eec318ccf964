"""What people confirm a sign-in with, besides their password. Of support staff, ``tenant`` is None, as in sessions."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from wisely_security.database.fields import OneLineField
from wisely_security.database.keys import key_field

from .tenant import Tenant
from .user import User


class Factor(models.Model):
    """A device of a person, with a name of theirs."""

    id = key_field()
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, null=True, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = OneLineField(max_length=60)
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True)

    kind = ""  # what it is, for people

    class Meta:
        abstract = True
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """As events and e-mails call it."""
        return f"{self.kind} “{self.name}”"


class AuthenticatorApp(Factor):
    """An app that shows a new code every 30 seconds (TOTP, RFC 6238)."""

    seed = models.TextField(help_text="Encrypted: tenancy/sign_in/factors/encryption.py.")
    last_step = models.BigIntegerField(help_text="The half minute of the last code that was taken: none works twice.")

    kind = "Authenticator app"

    class Meta(Factor.Meta):
        indexes = [models.Index(fields=["user"], name="authenticator_app_by_user")]


class RecoveryCode(models.Model):
    """A code for when the device is lost. It is deleted when it is used, and all are with a new set."""

    id = key_field()
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, null=True, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    code_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "code_hash"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"Recovery code of {self.user}"
