from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from wisely_security.database.keys import key_field

from .tenant import Tenant
from .user import User


class Session(models.Model):
    """A browser that is signed in. Only a hash of the key in its cookie is stored: the table opens no account.

    ``expires_at`` is the earlier of "idle too long" and "open too long" (Tenant.session_idle_minutes, …_max_hours).
    """

    id = key_field()
    key_hash = models.CharField(max_length=64, unique=True)
    previous_key_hash = models.CharField(
        max_length=64, default="", help_text="Of the key before this one, which requests under way may still carry."
    )
    previous_until = models.DateTimeField(null=True)
    name = models.CharField(max_length=16, help_text="What events call it, through all changes of its key.")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, null=True, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    data = models.TextField()
    client = models.JSONField(help_text="Where it was opened: Client.as_data.")  # and "software", for people
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=130, blank=True)
    place = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["-last_seen_at"]
        indexes = [
            models.Index(fields=["expires_at"], name="session_expires_at"),
            models.Index(
                fields=["previous_key_hash"],
                name="session_previous_key",
                condition=~models.Q(previous_key_hash=""),
            ),
        ]

    def __str__(self) -> str:
        return f"Session of {self.user}"
