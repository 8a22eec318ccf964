"""Words that a guesser tries first at this site, for this person: no password is made of them and little else (OWASP
ASVS 5.0, 6.1.2 and 6.2.11). docs/operating/guessing.md documents them.

A password may hold such a word; what is left without it must be enough of a password itself.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

from wisely_security.core.request_context import acting_as

from .breached_passwords import LONGEST, is_breached

# Of the product, of its roles, and of any door.
WORDS = (
    *("wisely", "security", "activity", "audit", "trail", "waba", "whatsapp", "template", "tenant", "enterprise"),
    *("aggregator", "admin", "administrator", "super", "support", "developer", "manager", "user", "company"),
    *("password", "passwort", "passphrase", "passkey", "login", "signin", "welcome", "secret", "changeme", "letmein"),
)
SHORTEST_WORD = 3
ENOUGH = 8  # letters and others that must be left: the least that the standard allows of any password
MOST_DIGITS = 4  # that count: a year, a birthday and 12345678 are no more to a guesser
# What people write for a letter.
_MEANT = str.maketrans({"0": "o", "1": "i", "l": "i", "!": "i", "|": "i", "3": "e", "4": "a", "@": "a", "5": "s"})
_MEANT |= str.maketrans({"$": "s", "7": "t", "8": "b", "9": "g"})


class NotOfContextWords:
    """Validator of new passwords."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > LONGEST:
            return
        found, left = without_words(password, words_of(user))
        if found and (strength(left) < ENOUGH or is_breached(left)):
            quoted = " and ".join(f"“{word}”" for word in found[:3])
            raise ValidationError(
                f"This password is easy to guess: it is made of {quoted} and little else. Add words that have nothing "
                "to do with you, your company or this site.",
                code="context_words",
            )

    def get_help_text(self) -> str:
        return "Your password can’t be made of your name, your company’s or this site’s."


def words_of(user: Any) -> list[str]:
    """Those of the site, and of the person: name, e-mail address, company and role, whole and in parts."""
    texts = [urlsplit(settings.SITE_URL).hostname or ""]
    if user is not None:
        texts += [user.name, user.email]
        if user.tenant_id:
            with acting_as(**user.own_scope):
                texts += [user.tenant.name, user.role.name]
    parts = [part for text in texts for part in (text, *re.split(r"[\W_]+", text))]
    return list(dict.fromkeys(word for word in (*WORDS, *parts) if len(_letters(word)[0]) >= SHORTEST_WORD))


def without_words(password: str, words: list[str]) -> tuple[list[str], str]:
    """Which words are in a password, the longest first, and what it is without them."""
    letters, places = _letters(password)
    found, taken = [], set[int]()
    for word in sorted(words, key=len, reverse=True):
        sought = _letters(word)[0]
        starts = [match.start() for match in re.finditer(f"(?={re.escape(sought)})", letters)]
        positions = {places[at] for start in starts for at in range(start, start + len(sought))}
        if positions - taken:
            found.append(word)
            taken |= positions
    return found, "".join(each for at, each in enumerate(password) if at not in taken)


def strength(text: str) -> int:
    """How much there is to guess: letters of any script, and each other character once, few of which are digits."""
    letters = sum(each.isalpha() or not each.isascii() for each in text)
    others = {each for each in text if each.isascii() and not each.isalpha() and not each.isspace()}
    digits = sum(each.isdigit() for each in others)
    return letters + len(others) - digits + min(digits, MOST_DIGITS)


def _letters(text: str) -> tuple[str, list[int]]:
    """As it is meant, without accents, case and what stands between; and of each letter where it is in the text."""
    letters, places = [], []
    for at, each in enumerate(text):
        for meant in unicodedata.normalize("NFKD", each).casefold().translate(_MEANT):
            if meant.isalnum():
                letters.append(meant)
                places.append(at)
    return "".join(letters), places
