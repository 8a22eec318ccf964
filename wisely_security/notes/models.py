from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from wisely_security.database.keys import key_field
from wisely_security.tenancy.models import Tenant

LONGEST_TEXT, LONGEST_NAME, MOST_FORMER = 2_000, 300, 20


class Note(models.Model):
    """What somebody wrote on an event. The Audit Trail records that it was written, changed and deleted, without its
    text, so that a person can be erased from it.

    ``former``: what it said before, the latest first: ``{"text", "until"}``. ``record``: the key of the event's report.
    ``event``: no foreign key, as events leave by months. ``about``: the event in words, as the Audit Trail names the
    note. ``author``: none once the person is erased.
    """

    id = key_field()
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    record = models.CharField(max_length=40)
    event = models.UUIDField()
    about = models.CharField(max_length=LONGEST_NAME)
    text = models.CharField("note", max_length=LONGEST_TEXT)
    former = models.JSONField(default=list, editable=False)
    author = models.UUIDField(null=True, editable=False)
    author_name = models.CharField(max_length=LONGEST_NAME, editable=False)
    written_at = models.DateTimeField(db_default=Now(), editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["written_at", "id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["tenant", "event"], name="note_by_event")]

    def __str__(self) -> str:
        return self.about

    def rewrite(self, text: str) -> None:
        now = timezone.now()
        self.former = [{"text": self.text, "until": now.isoformat()}, *self.former][:MOST_FORMER]
        self.text, self.edited_at = text, now
        self.save(update_fields=["text", "former", "edited_at"])

    @property
    def versions(self) -> list[tuple[str, datetime]]:
        """Its earlier texts, and until when each was its text."""
        return [(each["text"], datetime.fromisoformat(each["until"])) for each in self.former]
