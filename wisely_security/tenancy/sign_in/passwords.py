"""Passwords as they are typed, and as they are hashed.

NIST SP 800-63B, 3.1.1.2: a password is normalised before it is hashed, for keyboards write "ï" as one code point or as
two. Passwords that were stored as they had been typed go on working: what is typed is tried normalised, then as it is.
"""

from __future__ import annotations

import re
import unicodedata

from django.contrib.auth.hashers import make_password, verify_password

LONGEST_NORMALIZED = 1024  # normalising takes the square of the length, where somebody wants it to
# The salt of a hash. Choosing a password creates a new salt; rehashing one keeps it.
_SALT = r"^(?:(?:pbkdf2_\w+|scrypt)\$\d+|md5)\$([^$]+)\$"
SALT_SQL = "substring({row}.password FROM '" + _SALT + "')"  # a format string


def normalize_password(typed: str) -> str:
    """NFKC. The same of two strings that look the same; those that are ASCII stay as they are."""
    return typed if typed.isascii() or len(typed) > LONGEST_NORMALIZED else unicodedata.normalize("NFKC", typed)


def check_password(typed: str, encoded: str) -> tuple[bool, bool]:
    """Whether a password is right, and whether it should be rehashed: more strongly, or normalised.

    A second try costs a second hash. Whether there is one depends on what is typed alone, never on the account.
    """
    normalized = normalize_password(typed)
    right, is_weak = verify_password(normalized, encoded)
    if right or normalized == typed:
        return right, right and is_weak
    right, _ = verify_password(typed, encoded)
    return right, right


def rehash(typed: str, encoded: str) -> str:
    """A hash of the same password, as hashes are made now, with the same salt."""
    return make_password(normalize_password(typed), salt_of(encoded) or None)


def salt_of(encoded: str) -> str:
    """Empty, if there is none, whichever hashes are made now: as ``SALT_SQL`` finds it."""
    found = re.match(_SALT, encoded)
    return found[1] if found else ""
