"""Text from other services follows the rule of the forms: what cannot be shown is refused, with its position."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.support.cast import Cast
from wisely_security.core.text.characters import NOT_IN_A_LINE, NOT_IN_LINES, is_one_line, validate_lines
from wisely_security.workspace.api.description import description

from .calls import Caller, event, problem, reported

LINES: dict[str, Any] = {
    "/resource/name": lambda text: {"resource": {"name": text}},
    "/reason": lambda text: {"status": "failure", "reason_code": "error", "reason": text},
    "/changes/0/label": lambda text: {"changes": [{"field": "a", "label": text, "masked": True}]},
    "/changes/0/added/1": lambda text: {"changes": [_members(["x", text], [])]},
    "/changes/0/removed/0": lambda text: {"changes": [_members([], [text])]},
}
VALUES: dict[str, Any] = {
    "/changes/0/before": lambda text: {"changes": [{"field": "a", "label": "A", "before": text}]},
    "/changes/0/after": lambda text: {"changes": [{"field": "a", "label": "A", "before": "", "after": text}]},
}
KEYS: dict[str, Any] = {
    "/resource/type": lambda text: {"resource": {"name": "x", "type": text}},
    "/changes/0/field": lambda text: {"changes": [{"field": text, "label": "A", "masked": True}]},
}
NEVER = [
    *("\0", "\x01", "\x08", "\x1b[31m", "\x1f", "\x7f", "\x80", "\x85", "\x9b", "\r", "\r\n", "\x0b", "\x0c"),
    *("\u2028", "\u2029", "\u202a", "\u202d", "\u202e", "\u2066", "\u2067", "\u2069"),
    *("\ufdd0", "\ufffe", "\uffff", "\U0001fffe", "\U0010ffff", "\ud800", "\udfff"),
]
NOT_IN_ONE_LINE = [*NEVER, "\n", "\t", "\xad", "\u200b", "\u200e", "\u200f", "\u2060", "\ufeff", "\ue000", "\U000e0041"]
ALLOWED = [
    "Zoë",
    "שלום",
    "می\u200cخواهم",
    "👩\u200d🚀",
    "葛\U000e0100",
    "🫪",
    "\U0001fae9",
    "=1+1",
    "</p>",
    "%s",
    "‘’“”—",
    "\u0604",
]


def _members(added: list[str], removed: list[str]) -> dict[str, Any]:
    return {"field": "a", "label": "A", "added": added, "removed": removed}


@pytest.mark.parametrize("place", [*LINES, *VALUES, *KEYS])
def test_what_cannot_be_shown_is_refused_with_its_place(cast: Cast, billing: Caller, place: str) -> None:
    for text in NEVER if place in VALUES else NOT_IN_ONE_LINE:
        wrong = (LINES | VALUES | KEYS)[place](f"a{text}b")
        answer = problem(billing.report(event(), event(**wrong)), 422, "invalid")
        assert [error["pointer"] for error in answer["errors"]] == [f"#/events/1{place}"], repr(text)
    assert reported(cast.acme) == []


@pytest.mark.parametrize("place", [*LINES, *VALUES])
def test_letters_of_every_script_are_accepted(billing: Caller, place: str) -> None:
    for text in ALLOWED:
        assert billing.report(event(**(LINES | VALUES)[place](text))).status_code == 201, repr(text)


@pytest.mark.parametrize("text", ["", " ", "two\n\tlines\n", "\u00a0", "a\u200bb", "x\u200f", "🏴\U000e0067\U000e007f"])
def test_values_are_stored_exactly(cast: Cast, billing: Caller, text: str) -> None:
    change = {"field": "a", "label": "A", "before": text, "after": "x"}
    assert billing.report(event(changes=[change])).status_code == 201
    assert [each.changes for each in reported(cast.acme)] == [[change]]


def test_every_kind_of_space_in_a_line_is_one_space(cast: Cast, billing: Caller) -> None:
    typed, kept = " \u00a0山田\u3000\u2003太郎\u202f ", "山田 太郎"
    changes = [_members([typed], [typed]) | {"label": typed}]
    failure = event(status="failure", reason_code="error", reason=typed, resource={"name": typed}, changes=changes)
    assert billing.report(failure).status_code == 201
    [it] = reported(cast.acme)
    assert (it.resource_name, it.reason) == (kept, kept)
    assert it.changes == [_members([kept], [kept]) | {"label": kept}]


@pytest.mark.parametrize("place", LINES)
@pytest.mark.parametrize("text", [" ", "\u3000\u00a0"])
def test_a_line_of_spaces_is_empty(billing: Caller, place: str, text: str) -> None:
    answer = problem(billing.report(event(**LINES[place](text))), 422, "invalid")
    assert [error["pointer"] for error in answer["errors"]] == [f"#/events/0{place}"]


def test_half_a_surrogate_pair_in_a_name_of_a_member(billing: Caller) -> None:
    problem(billing.post(b'{"\\udfff": 1, "events": []}'), 422, "invalid")


def test_the_description_has_the_rule_of_the_forms() -> None:
    """Python and other readers agree on the pattern for all of Unicode but surrogates, which UTF-8 excludes."""
    answer = json.loads(json.dumps(description()))["components"]["schemas"]
    line, lines = (
        answer[name]["properties"][field]["pattern"] for name, field in (("Resource", "name"), ("Change", "after"))
    )
    assert (line, lines) == (f"^[^{NOT_IN_A_LINE}]*$", f"^[^{NOT_IN_LINES}]*$")
    for character in map(chr, [*range(0xD800), *range(0xE000, 0x30000), *range(0xE0000, 0xE0200), 0x10FFFF]):
        assert bool(re.fullmatch(line, character)) == is_one_line(character)
    assert re.fullmatch(lines, "\n") and validate_lines("\n") is None  # type: ignore[func-returns-value]
