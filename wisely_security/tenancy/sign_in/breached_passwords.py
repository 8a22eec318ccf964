"""Passwords that are known from breaches, which guessers try first: nobody can choose one (OWASP ASVS 6.2.4, 6.2.12).

``breached_passwords.xz`` has those of ten characters and more among the million most frequent of the
"10 million passwords" that Mark Burnett gave to the public domain, and of Django's own list: folded, one a line.
``manage.py write_breached_passwords`` makes it, or a larger one, from any list (docs/operating/guessing.md).
"""

from __future__ import annotations

import lzma
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from wisely_security.core.text.folding import fold

SHORTEST = 10
LONGEST = 128
BUNDLED = Path(__file__).with_suffix(".xz")


def same(password: str) -> str:
    """Of all passwords that guessers try together: case, accents and widths do not count."""
    return fold(password).strip()


def write(passwords: Iterable[str], file: Path) -> int:
    """Write a list for ``BREACHED_PASSWORDS_FILE``. Returns how many passwords are in it."""
    kept = {each for each in map(same, passwords) if len(each) >= SHORTEST and "\n" not in each}
    file.write_bytes(lzma.compress("\n".join(["", *sorted(kept), ""]).encode()))
    return len(kept)


@cache
def _known(file: Path) -> bytes:
    """In memory as it is: a set of strings would take ten times as much, and a search takes less than a millisecond."""
    return lzma.decompress(file.read_bytes())


def is_breached(password: str) -> bool:
    line = f"\n{same(password)}\n".encode(errors="surrogatepass")
    return any(line in _known(Path(file)) for file in (BUNDLED, settings.BREACHED_PASSWORDS_FILE) if file)


class NotBreached:
    """Validator of new passwords."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) <= LONGEST and is_breached(password):
            raise ValidationError(
                "This password is known from a data breach, so guessers try it first. Choose another.", code="breached"
            )

    def get_help_text(self) -> str:
        return "Your password can’t be one that is known from a data breach."


class NotTooLong:
    """Validator of new passwords. Longer ones that somebody already has go on working."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > LONGEST:
            message = f"Use at most {LONGEST} characters. This password has {len(password):,}."
            raise ValidationError(message, code="password_too_long")

    def get_help_text(self) -> str:
        return f"Your password can have up to {LONGEST} characters."
