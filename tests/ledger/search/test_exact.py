"""Free text finds exactly what its conditions select, however much is in segments: every page, every filter."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .history import WORDS, History
from .truth import RECORDS

NETWORKS = [
    *("10.1.2.3", "10.1.2.0/24", "10.1.0.0/16", "10.0.0.0/7", "0.0.0.0/0", "192.0.2.128/25", "198.51.100.0/24"),
    *("2001:db8::1", "2001:DB8:0::/32", "::1", "::ffff:10.1.2.3", "::ffff:a01:203", "::/0", "fe80::/10"),
    *(
        "10.1.2.*",
        "10.1.*.*",
        "10.1.2.3:443",
        "[2001:db8::1]:443",
        "10.1.2.0-10.1.20.255",
        "2001:db8:*",
        '"10.1.2.34",',
    ),
]
LABELS = ["Success", "failure", "log", "Log in", "password", "permission", "template", "edit", "system", "group"]
NOWHERE = ["neverfound", "masked", "field", "zzzq", "10.1.2.99", "{", '",']


def altered(word: str, chance: random.Random) -> str:
    start = chance.randrange(len(word))
    part = word[start : start + chance.randrange(1, 9)]
    return chance.choice([word, part, part.upper(), part.lower(), word.swapcase(), part.title()])


texts = st.builds(
    lambda words, seed: " ".join(altered(word, random.Random(seed)) for word in words),
    st.lists(
        st.sampled_from([*WORDS, *NETWORKS, *LABELS, *NOWHERE])
        | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=4),
        min_size=1,
        max_size=3,
    ),
    st.integers(0, 999),
)
FILTERS: dict[str, list[dict[str, str]]] = {
    "login": [
        {},
        {"status": "failure"},
        {"action": "log_in"},
        {"action": "-view"},
        {"country": "DE", "action": "view"},
        {"user": "unknown"},
        {"user": "00000000-0000-0000-0000-000000000007"},
    ],
    "audit": [
        {},
        {"status": "failure"},
        {"module": "templates"},
        {"action": "edit", "module": "business_group"},
        {"actor": "system"},
        {"actor": "alice@acme.example"},
    ],
}
PERIODS: list[dict[str, str]] = [{}, {"period": "today"}, {"period": "30d", "from": ""}]


@pytest.mark.parametrize("name", RECORDS)
@settings(max_examples=15)
@given(st.data())
def test_any_text_with_any_filters(history: History, name: str, data: st.DataObject) -> None:
    query = {
        **data.draw(st.sampled_from(PERIODS)),
        **data.draw(st.sampled_from(FILTERS[name])),
        "q": data.draw(texts),
    }
    RECORDS[name].agree(history.tenant, query, size=data.draw(st.sampled_from([2, 20])))


@pytest.mark.parametrize("name", RECORDS)
def test_words_that_are_easily_missed(history: History, name: str) -> None:
    texts = [*WORDS, *NETWORKS, *LABELS, *NOWHERE]
    found = {text: RECORDS[name].agree(history.tenant, {"q": text}, beyond=[]) for text in texts}
    assert {word for word in WORDS if not found[word]} == {"198.51.100.7"}  # it is in texts only
    assert max(found[word] for word in NOWHERE) == 0
    assert found["::ffff:10.1.2.3"] == found["::ffff:a01:203"] == found["10.1.2.3"] > 0


TYPED = {
    "Café": ["cafe", "CAFÉ", "Cafe\u0301", "ｃａｆé", "caf\u200bé"],
    "Cafe\u0301": ["Café", "cafe"],
    "O’Brien": ["O'Brien", "o`brien", "o´brien"],
    "O'Neil": ["O’Neil", "oʼneil"],
    "Straße": ["STRASSE", "strasse", "straẞe"],
    "İstanbul": ["istanbul", "ıstanbul", "ISTANBUL"],
    "Σίσυφος": ["σισυφοσ", "ΣΊΣΥΦΟΣ"],
    "ﬁne": ["FINE", "fine"],
    "Łódź": ["lodz", "LÓDZ"],
    "مُحَمَّد": ["محمد"],
    "हिन्दी": ["हिन्\u200dदी"],
    "ガーデン": ["ｶﾞｰﾃﾞﾝ", "カ\u3099ーテ\u3099ン"],
    "Ｗｉｄｅ": ["wide"],
    "mid–dash": ["mid-dash", "mid‑dash", "mid—dash", "mid−dash"],
    "한글": ["\u1112\u1161\u11ab\u1100\u1173\u11af"],
    "100%": ["100％"],
    "c:\\temp": ["c:＼temp"],
    "a_b": ["A＿B"],
    '"q"': ["“q”"],
}


@pytest.mark.parametrize("name", RECORDS)
def test_words_in_other_spelling(history: History, name: str) -> None:
    for stored, others in TYPED.items():
        found = RECORDS[name].agree(history.tenant, {"q": stored}, beyond=[])
        assert found > 0
        for typed in others:
            assert RECORDS[name].agree(history.tenant, {"q": typed}, beyond=[]) == found, (stored, typed)


@pytest.mark.parametrize("name", RECORDS)
def test_words_that_occur_only_in_old_events(history: History, name: str) -> None:
    for text in ("onlythen", "ONLYTHEN ünique"):
        assert RECORDS[name].agree(history.tenant, {"q": text}, size=3) == 10
    assert RECORDS[name].agree(history.tenant, {"q": "onlythen", "period": "30d", "from": ""}) == 0
