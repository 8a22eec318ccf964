"""Keys that PostgreSQL makes: UUIDv7 (RFC 9562), unique and in the order of time."""

from uuid import UUID

from django.db import models


class UUIDv7(models.Func):
    template = "uuidv7()"
    output_field = models.UUIDField()
    allowed_default = True


def key_field() -> "models.UUIDField[UUID | str, UUID]":
    """A primary key made by the database at INSERT."""
    return models.UUIDField(primary_key=True, editable=False, db_default=UUIDv7())
