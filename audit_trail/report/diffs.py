"""The changes of an event as people read them: field by field, before and after; long texts line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

LONG = 160  # a text of this many characters is folded
CONTEXT = 2  # unchanged lines that are shown around changed ones
MOST_PAIRS = 40_000  # of lines before and after: comparing more takes long
FIELDS_NAMED = 3
LONGEST_HEADLINE = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a long text. ``kind``: same, added, removed, or skipped (``text`` is their number)."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One field. ``kind``: masked, members, changed (``before`` and ``after``), or one-sided: made, gone.

    ``summary``: what a long text is folded under; ``lines``: how it has changed, in place of before and after.
    """

    label: str
    kind: str
    before: str = ""
    after: str = ""
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    summary: str = ""


def read(changes: list[dict[str, Any]]) -> list[Change]:
    """``changes`` as an event holds them (AuditEvent)."""
    return [_read(change) for change in changes]


def _read(change: dict[str, Any]) -> Change:
    label = str(change.get("label", ""))
    if "masked" in change:
        return Change(label, "masked")
    before, after = (str(change.get(side) or "") for side in ("before", "after"))
    match "before" in change, "after" in change:
        case True, True:
            kind = "changed"
        case False, True:
            kind = "made"
        case True, False:
            kind = "gone"
        case _:
            return Change(label, "members", added=change.get("added", []), removed=change.get("removed", []))
    if not (_is_long(before) or _is_long(after)):
        return Change(label, kind, before, after)
    if kind != "changed":
        return Change(label, kind, before, after, summary=_start(before or after))
    lines = list(_compare(before.splitlines(), after.splitlines()))
    return Change(label, kind, before, after, lines=lines, summary=_summary(lines))


def shape(changes: list[Change]) -> str:
    """Of a record that was made or is gone; else changed: whether both sides have something to show."""
    return next((change.kind for change in changes if change.kind in {"made", "gone"}), "changed")


def _is_long(text: str) -> bool:
    return len(text) > LONG or "\n" in text


def _compare(before: list[str], after: list[str]) -> Iterator[Line]:
    """How one becomes the other; of very many lines, all that were and all that are."""
    steps: Iterable[tuple[str, int, int, int, int]] = [("replace", 0, len(before), 0, len(after))]
    if len(before) * len(after) <= MOST_PAIRS:
        steps = SequenceMatcher(None, before, after).get_opcodes()
    for kind, start, end, new_start, new_end in steps:
        if kind == "equal":
            yield from _same(before[start:end], is_first=start == 0, is_last=end == len(before))
        else:
            yield from (Line("removed", line) for line in before[start:end])
            yield from (Line("added", line) for line in after[new_start:new_end])


def _same(lines: list[str], *, is_first: bool, is_last: bool) -> Iterator[Line]:
    """The unchanged lines near a change; the others are skipped."""
    head, tail = 0 if is_first else CONTEXT, 0 if is_last else CONTEXT
    skipped = len(lines) - head - tail
    if skipped < 2:
        head, skipped = len(lines), 0
    yield from (Line("same", line) for line in lines[:head])
    if skipped:
        yield Line("skipped", f"{skipped} unchanged lines")
        yield from (Line("same", line) for line in lines[head + skipped :])


def _summary(lines: list[Line]) -> str:
    numbers = [(kind, sum(line.kind == kind for line in lines)) for kind in ("added", "removed")]
    counts = [f"{number} line{'' if number == 1 else 's'} {kind}" for kind, number in numbers if number]
    return f"Long text: {', '.join(counts)}" if counts else "Long text: only line endings changed"


def _start(text: str) -> str:
    """The first words."""
    first = " ".join(text[:LONG].split())[:80]
    return f"{first}…"


def headline(changes: list[dict[str, Any]]) -> str:
    """The fields that an edit changed; of a single one that is short, its values too. Empty for a created or deleted
    record."""
    if any(("before" in change) != ("after" in change) for change in changes):
        return ""
    if len(changes) == 1 and (change := _read(changes[0])).kind == "changed" and not change.summary:
        values = in_words(change)
        if len(values) <= LONGEST_HEADLINE:
            return f"{change.label}: {values}"
    labels = [str(change["label"]) for change in changes]
    further = len(labels) - FIELDS_NAMED
    return ", ".join(labels[:FIELDS_NAMED]) + (f" and {further} more" if further > 0 else "")


def in_words(change: Change) -> str:
    """One field in one line."""
    match change.kind:
        case "masked":
            return "changed, not shown"
        case "members":
            lists = (("added", change.added), ("removed", change.removed))
            return "; ".join(f"{word}: {', '.join(names)}" for word, names in lists if names)
        case "made":
            return change.after
        case "gone":
            return change.before
    return f"{change.before or '–'} → {change.after or '–'}"
