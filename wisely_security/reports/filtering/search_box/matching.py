"""The events that the words of the box find: those that have an ID, or that hold the text."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from wisely_security.ledger.search.pasted import parse_uuid
from wisely_security.ledger.search.plan import first_of

from .grammar import Words, parse


def matching(events: Any, typed: str) -> Any:
    """Of some events, those that every part finds."""
    found = events
    for part in parse(typed):
        text = part.text if isinstance(part, Words) else part.typed
        if len(text.split()) > 1:
            found = found.filter(events.model.indexed.holds(text))
        else:
            named = _having(events, text)
            found = found.filter(named) if named else found.matching(text)
    return found


def _having(events: Any, word: str) -> Q | None:
    """The condition on events that have this ID. None for other words, and for an ID that none of the events has: it
    may be part of a text."""
    key = parse_uuid(word)
    having = events.model.indexed.having(key) if key else None
    return having if having and first_of(events.filter(having).only("id")) else None
