"""Text folding, the same in Python and the database for all of Unicode: what it finds and what it distinguishes."""

from __future__ import annotations

import re
import unicodedata

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from wisely_security.core.text.characters import validate_one_line, without_links
from wisely_security.core.text.folding import fold, is_confusable, one_line, sort_key

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
SAME = [
    ("Café", "Cafe\u0301", "cafe", "CAFÉ", "ｃａｆé", "Ca\u00adfé", "ca\u200bfe\u0301"),
    (
        "O'Brien",
        "O’Brien",
        "o‘brien",
        "Oʼbrien",
        "O`Brien",
        "O´Brien",
        "O′Brien",
        "O＇BRIEN",
        "Oʻbrien",
        "O\u1ffdBrien",
    ),
    ('say "no"', "say “no”", "say „no”", "SAY ″no″", "say ＂no＂"),
    ("A-1", "a‐1", "a‑1", "a–1", "a—1", "a−1", "A－1", "a﹣1", "a―1"),
    ("Straße", "STRASSE", "straẞe", "strasse"),
    ("İstanbul", "ISTANBUL", "istanbul", "ıstanbul", "i\u0307stanbul"),
    ("Σίσυφος", "ΣΊΣΥΦΟΣ", "σισυφοσ", "Σίσυφοσ"),
    ("ﬁne", "FINE", "fine"),
    ("한글", unicodedata.normalize("NFD", "한글")),
    ("مُحَمَّد", "محمد", "محـمد"),
    ("علی", "علي"),
    ("שָׁלוֹם", "שלום"),
    ("हिन्दी", unicodedata.normalize("NFD", "हिन्दी"), "हिन्\u200dदी"),
    ("ガ", "ｶﾞ", "カ\u3099"),
    ("Ørsted Łódź Đorđe Þór", "orsted lodz dorde thor"),
    ("Æsir Œuvre", "aesir oeuvre"),
    ("№ 1", "no 1"),
    ("a b", "a\u00a0b", "a\u3000b", "a\u2009b", "a\u202fb", "a\u2028b", "a\u1680b", "a\u2007b"),
    ("Ångström", "A\u030angstro\u0308m", "\u212bngström"),
    ("Ёлка", "елка"),
]
DIFFERENT = [
    *(("कमल", "कमला"), ("दिन", "दीन"), ("กา", "กี"), ("ກາ", "ກີ"), ("ক", "কা"), ("か", "が"), ("ா", "ி")),
    *(("a", "b"), ("i", "l"), ("ab", "a b"), ("-", "_"), ("é", "è2"), ("日本", "日木"), ("а", "a")),
]


@pytest.mark.parametrize("texts", SAME, ids=lambda texts: ascii(texts[0]))
def test_what_people_take_for_the_same_folds_to_the_same(texts: tuple[str, ...]) -> None:
    assert {fold(each) for each in texts} == {fold(texts[0])}


@pytest.mark.parametrize("texts", DIFFERENT, ids=ascii)
def test_what_is_another_word_stays_one(texts: tuple[str, str]) -> None:
    assert fold(texts[0]) != fold(texts[1])


@given(texts)
def test_folding_again_and_case_change_nothing(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == fold(text.upper()) == fold(text.lower()) == folded


@given(texts, texts)
def test_a_part_is_found_in_the_whole(text: str, other: str) -> None:
    if text[-1:].isascii() or other[:1].isascii():  # marks of two texts may change places where they meet
        assert fold(text + other) == fold(text) + fold(other)


def test_the_database_folds_every_character_alike(db: None) -> None:
    """Those that are newer than Python's Unicode are folded in the database alone, on both sides of a search."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT each, wisely_fold(chr(each)) FROM generate_series(1, 1114111) AS each "
            "WHERE each NOT BETWEEN 55296 AND 57343"
        )
        differing = [code for code, folded in cursor if folded != fold(chr(code))]
    assert [f"{code:04X}" for code in differing if unicodedata.category(chr(code)) != "Cn"] == []
    assert len(differing) < 1000


@pytest.mark.parametrize("text", [*(each for same in SAME for each in same), "", "\u00b4\u0301", "ﷺ" * 9, "x" * 999])
def test_the_database_folds_texts_alike(db: None, text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT wisely_fold(%s), wisely_sort_key(%s)", [text, text])
        assert cursor.fetchone() == (fold(text), "\x01".join(sort_key(text)))


def test_nothing_depends_on_the_collation_of_the_database(db: None) -> None:
    """As it is in a database with each of the collations that the server knows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT collname FROM pg_collation WHERE collencoding IN (-1, pg_char_to_encoding('UTF8'))")
        collations = [name for (name,) in cursor.fetchall()]
        for name in collations:
            cursor.execute(
                f'SELECT array_agg(name ORDER BY (wisely_sort_key(name COLLATE "{name}") COLLATE "C")) '
                f"FROM unnest(%s) AS name (name)",
                [IN_ORDER[::-1]],
            )
            assert cursor.fetchone() == (IN_ORDER,)
            cursor.execute(f"SELECT wisely_fold('IİıΣς´É' COLLATE \"{name}\")")
            assert cursor.fetchone() == (fold("IİıΣς´É"),)
    assert {"C", "default"} <= set(collations)


IN_ORDER = ["_", "ägypten", "Apple", "apple", "Banana", "Éclair", "Orb", "Ørsted", "Oz", "Zebra"]


def test_the_order_is_that_of_people() -> None:
    assert sorted(set(IN_ORDER), key=sort_key) == IN_ORDER


SPACES = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Zs"]


@pytest.mark.parametrize("space", [*SPACES, "\t", "  ", "\u3000 \u00a0", " \u200b", "\ufeff "], ids=ascii)
def test_every_kind_of_space_becomes_one(space: str) -> None:
    assert one_line(f"{space}山田{space}太郎{space}") == "山田 太郎"


@pytest.mark.parametrize(
    "character", ["\n", "\r\n", "\x1b", "\x85", "\u2028", "\u202e", "\u2066", "\x07", "\ue000", "\u200f"]
)
def test_what_cannot_be_shown_is_refused_with_its_place(character: str) -> None:
    with pytest.raises(ValidationError, match=rf"Character 3 can’t be displayed: U\+{ord(character[0]):04X}"):
        validate_one_line(one_line(f"Al{character}ice"))


@pytest.mark.parametrize("name", ["Zoë", "می\u200cخواهم", "क्\u200dष", "O’Brien", "日本", "😀"])
def test_names_of_any_script_are_taken(name: str) -> None:
    validate_one_line(name)
    assert one_line(name) == name


ALIKE = [
    *("ALICE ADAMS", "Alice  Adams", "Alice\u00a0Adams", "Ａｌｉｃｅ Adams", "Álice Adams", "Al\u200bice Adams"),
    *("Аlice Adams", "Aliсe Adаms", "AIice Adams", "A1ice Adams", "Alіce Adams", "Αlice Adams", "A|ice Adams"),
]


@pytest.mark.parametrize("name", ALIKE, ids=ascii)
def test_confusable_names(name: str) -> None:
    assert is_confusable(name, ["Bob Brown", "Alice Adams"])


@pytest.mark.parametrize(
    ("name", "other"),
    [
        *DIFFERENT[:7],
        ("Bali", "Ball"),
        ("Sales 1", "Sales l"),
        ("Modern", "Modem"),
        ("A10", "A01"),
        ("Ира", "Ирина"),
    ],
    ids=ascii,
)
def test_names_that_are_not_confusable(name: str, other: str) -> None:
    assert not is_confusable(name, [other])


def test_case_is_ignored_in_every_script() -> None:
    assert is_confusable("НИНА", ["Нина"])
    assert is_confusable("ΆΝΝΑ", ["Άννα"])


def test_nothing_in_a_text_without_links_is_an_address() -> None:
    lures = "see https://evil.example/path, evil.example, a@evil.example, http://192.0.2.7/"
    shown = without_links(lures)
    assert shown.replace("\u2060", "") == lures
    assert not re.search(r"[.@][a-z]|//\w", shown)
    for plain in ("5.1 from 192.0.2.7 or 2001:db8::7, 09:30", "192.0.2.0/24", "Chrome (Windows). Then"):
        assert without_links(plain) == plain
