"""The parser of the box: what is a word, a quote, a term, for whatever somebody types."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisely_security.reports.filtering.search_box.grammar import STRAIGHT, Term, Words, parse

QUOTES = '"' + "".join(map(chr, STRAIGHT))
PLAIN = st.text(
    st.characters(codec="utf-8", exclude_characters=f" :,{QUOTES}", categories=["L", "N", "P", "S"]), min_size=1
)
UNQUOTED = st.characters(codec="utf-8", exclude_characters=QUOTES)
VALUES = st.text(UNQUOTED, min_size=1).filter(str.strip)
KEYS = st.from_regex(r"[a-z]{2,8}(-[a-z]{1,8})?", fullmatch=True)


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("", []),
        ("  two words ", [Words("two"), Words("words")]),
        ('"exact words" then', [Words("exact words", quoted=True), Words("then")]),
        ("from:india", [Term("from", ("india",), False, "from:india")]),
        ("-action:view,edit", [Term("action", ("view", "edit"), True, "-action:view,edit")]),
        ('from:"united kingdom",in', [Term("from", ("united kingdom", "in"), False, 'from:"united kingdom",in')]),
        ("Sub_Module:x", [Term("sub_module", ("x",), False, "Sub_Module:x")]),
        ("from: india", [Words("from:"), Words("india")]),
        ("from:,", [Words("from:,")]),
        ('"never closed', [Words('"never'), Words("closed")]),
        ("https://wisely.example/a:b C:\\temp 2001:db8::1 [::1]:443 10:30", None),
        ('O"Neil "a"b -word - "', None),
    ],
)
def test_what_is_a_term(typed: str, parts: list[Words | Term] | None) -> None:
    assert parse(typed) == (parts if parts is not None else [Words(word) for word in typed.split()])


@given(st.text())
def test_whatever_is_typed_nothing_is_lost(text: str) -> None:
    """Put together again the parts are the text, and mean the same."""
    parts = parse(text)
    again = " ".join(map(str, parts))
    assert again.split() == text.translate(STRAIGHT).split()
    assert parse(again) == parts


@given(KEYS, st.lists(VALUES, min_size=1, max_size=4), st.booleans(), PLAIN)
def test_a_term_that_is_written_is_read(key: str, values: list[str], excluded: bool, word: str) -> None:
    typed = f"{'-' if excluded else ''}{key}:" + ",".join(f'"{value}"' for value in values)
    first, second, third = parse(f"{word} {typed} {word}")
    assert second == Term(key, tuple(value.strip() for value in values), excluded, typed)
    assert str(first) == str(third) == word


@given(st.text(UNQUOTED), st.sampled_from(QUOTES), st.sampled_from(QUOTES))
def test_between_quotes_of_any_kind_nothing_is_a_term(text: str, opened: str, closed: str) -> None:
    assert parse(f"{opened}{text}{closed}") == [Words(text, quoted=True)]
