"""The model that every peer records: columns, keys and constraints as in this project."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Now


class UUIDv7(models.Func):
    template = "uuidv7()"
    output_field = models.UUIDField()
    allowed_default = True


def key_field() -> Any:
    return models.UUIDField(primary_key=True, editable=False, db_default=UUIDv7())


class Tenant(models.Model):
    id = key_field()
    name = models.CharField(max_length=100)

    class Meta:
        abstract = True


class Number(models.Model):
    id = key_field()
    tenant = models.ForeignKey("links.Tenant", on_delete=models.CASCADE, related_name="+")
    number = models.CharField(max_length=16)
    display_name = models.CharField(max_length=100)

    class Meta:
        abstract = True


class MessageLink(models.Model):
    id = key_field()
    tenant = models.ForeignKey("links.Tenant", on_delete=models.CASCADE, related_name="+", editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    number = models.ForeignKey("links.Number", on_delete=models.PROTECT, related_name="message_links")
    name = models.CharField(max_length=100)
    text = models.CharField("prefilled text", max_length=140)
    code = models.CharField("short link", max_length=22, editable=False)

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["tenant", "number", "name"], name="message_link_name_unique")]
        indexes = [models.Index(fields=["code"], name="message_link_code")]

    def __str__(self) -> str:
        return self.name
