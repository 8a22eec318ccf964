"""The password of the demo's people. Everybody knows it, so it protects nothing: it opens accounts in development
alone (``DEVELOPMENT``), wherever it may have got to, and nobody can choose it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from wisely_security.core.text.folding import fold

from .passwords import LONGEST_NORMALIZED, normalize_password

DEMO_PASSWORD = "wisely-demo"  # noqa: S105  # nosec B105


def opens_nothing(password: str) -> bool:
    """Whether this password is never right, whatever account it is tried on."""
    return normalize_password(password) == DEMO_PASSWORD and not settings.DEVELOPMENT


class NotTheDemoPassword:
    """Validator of new passwords."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) < LONGEST_NORMALIZED and fold(password).strip() == DEMO_PASSWORD:
            raise ValidationError("This is the demo password, which is public. Choose another.", code="demo_password")

    def get_help_text(self) -> str:
        return "Your password can’t be the demo password."
