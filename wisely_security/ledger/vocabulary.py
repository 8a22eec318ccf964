"""What both records say in the same words."""

from django.db import models


class Word(models.TextChoices):
    @classmethod
    def say(cls, key: str) -> str:
        """The label of a stored key; the key itself where it is of another time."""
        try:
            return str(cls(key).label)
        except ValueError:
            return key


class Status(Word):
    SUCCESS = "success", "Success"
    FAILURE = "failure", "Failure"
