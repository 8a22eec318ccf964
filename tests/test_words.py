"""Words that we have replaced do not come back: one word for one thing, and the field's term where there is one.

To keep a word out, add it to WORDS; to keep the words out of more of the project, add a pattern to PLACES.
"""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PLACES = (
    "*.md",
    "docs/**/*.md",
    "deploy/**/*.*",
    "templates/**/*.*",
    "tests/**/*.py",
    "audit_trail/**/*.py",
    "login_activity/**/*.py",
    "wisely_security/**/*.py",
    "benchmarks/**/*.py",
)
EXEMPT = {
    "tests/test_words.py",  # lists the words
    "CHANGELOG.md",  # what was released keeps its words
    "docs/reference/generated.md",  # repeats the code's
    "login_activity/devices/rules/programs.py",  # names the program Postman
}

# A regular expression (whole words, any case), and what to write instead.
WORDS = {
    r"tell(?:s|ing)? (?:every|the) tenant": "record for",
    r"(?:is|are|was|were) told": "is recorded, is shown",
    r"letterbox": "fake mail backend",
    r"postm[ae]n": "mail worker",
    r"followers?": "projector",
    r"facets?": "dimension",
    r"deeds?": "action",
    r"strays?": "unpartitioned row",
    r"announce[sd]?|announcement": "set session context",
    r"stand-ins?": "alias override",
    r"look(?:s|ed)? at (?:a|the) (?:page|record)s?": "view",
    r"by the day": "per day",
    r"for ever": "forever",
    r"anew": "again",
    r"untold|tells? (?:of|it)|told apart": "records, distinguished",
}
BANNED = {re.compile(rf"(?<![\w-])(?:{word})(?![\w-])", re.IGNORECASE): instead for word, instead in WORDS.items()}


def files() -> list[Path]:
    found = {
        path for pattern in PLACES for path in ROOT.glob(pattern) if path.is_file() and path.parent.name != "migrations"
    }
    return sorted(path for path in found if str(path.relative_to(ROOT)) not in EXEMPT)


def replaced_words(text: str) -> list[tuple[int, str, str]]:
    """Line, word found, what to write instead."""
    return [
        (text.count("\n", 0, match.start()) + 1, match[0], instead)
        for pattern, instead in BANNED.items()
        for match in pattern.finditer(text)
    ]


def test_replaced_words_stay_out() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: “{word}”. Write instead: {instead}."
        for path in files()
        for line, word, instead in sorted(replaced_words(path.read_text()))
    ]
    assert not found, "\n" + "\n".join(found)


def test_a_replaced_word_is_found_with_its_line() -> None:
    assert replaced_words("A projector.\nThe Follower,\nfollower-like") == [(2, "Follower", "projector")]
