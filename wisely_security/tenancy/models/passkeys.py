"""Passkeys: key pairs in a person's device or password manager, of which we know the public half (WebAuthn level 3)."""

from __future__ import annotations

from django.db import models

from .factors import Factor


class Passkey(Factor):
    """One passkey. It signs in alone: whoever uses it unlocks it first, with a finger, a face or a PIN.

    ``sign_count``: how often it was used, as it counts itself. A number that does not grow means that a copy of it is
    about. Those that are synchronised between devices do not count, and stay at 0.
    """

    credential_id = models.TextField(unique=True, help_text="What it calls itself: base64url.")
    public_key = models.BinaryField(help_text="COSE, RFC 9052.")
    sign_count = models.BigIntegerField(default=0)
    is_synced = models.BooleanField(default=False)
    challenged_at = models.DateTimeField(null=True, help_text="When the last challenge that it answered was made.")

    kind = "Passkey"

    class Meta(Factor.Meta):
        indexes = [models.Index(fields=["user"], name="passkey_by_user")]
