"""Text from people: how it is compared, put in order, and kept on one line.

Two texts are the same to somebody who types one and looks for the other if they fold to the same text. In the database
``wisely_fold`` does it (``tenancy/migrations/0006_text.sql``); a test compares the two over all of Unicode.

It decomposes (NFKD) and does not compose again (NFKC), which is the same for comparing whole texts, and better for
parts of them: text then folds character by character, so that what is typed of a text is found in it, wherever it ends.
Of marks only those go that people leave out when they type: accents, and the vowels of Arabic and Hebrew. A mark of
Hindi or Thai is a vowel or ends a syllable: without it there is another word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from .confusables import LATIN

# Before decomposing, which would make a space with an accent of them.
_WHOLE = str.maketrans(dict.fromkeys("\u00b4\u0384\u1fbd\u1fbf\u1ffd\u1ffe", "'") | dict.fromkeys("\u2033\u2036", '"'))
# Letters with a stroke, a hook or no dot, which have no decomposition: people type the plain one. And the letters that
# an Arabic keyboard has otherwise than a Persian or Urdu one.
_PLAIN = (
    "aⱥ bƀɓƃ cƈȼ dđðɖɗƌ eɇ fƒ gǥɠ hħⱨ iıɨ jɉȷ kƙⱪ lłƚɫⱡ nŋɲƞ oøɵ pƥᵽ qɋʠ rɍɽ sȿʂ tŧƭʈⱦ uʉ vʋ wⱳ yƴɏ zƶȥⱬ "
    "\u064a\u06cc \u0643\u06a9"
)
_SAME = {each[0]: each[1:] for each in _PLAIN.split()} | {
    "ae": "æ",
    "oe": "œ",
    "th": "þ",
    " ": "\x85\u1680\u2028\u2029",  # all other spaces decompose to one
    "'": "`\u02b9\u02bb-\u02bf\u02c8\u02ca\u02cb\u055a\u05f3\u07f4\u07f5\u2018-\u201b\u2032\u2035\ua78c",
    '"': "\u02ba\u02ee\u05f4\u201c-\u201f\u301d-\u301f",
    "-": "\u02d7\u058a\u05be\u1400\u1806\u2010-\u2015\u2043\u2212\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d\u30a0\U00010ead",
    "~": "\u2053\u223c\u301c\u3030",
    "/": "\u2044\u2215",
    "": (
        "\u0300-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"  # accents
        "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # Hebrew: vowels and marks for chanting
        "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"  # Arabic
        "\u08ca-\u08e1\u08e3-\u08ff"
        # What is not seen by itself (Default_Ignorable_Code_Point): joiners, direction, variants, soft hyphens.
        "\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
        "\ufe00-\ufe0f\ufeff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    ),
}


def _characters(ranges: str) -> Iterable[str]:
    """``"a-cx"``: a, b, c, x."""
    at = 0
    while at < len(ranges):
        last = ranges[at + 2] if ranges[at + 1 : at + 2] == "-" else ranges[at]
        yield from map(chr, range(ord(ranges[at]), ord(last) + 1))
        at += 3 if ranges[at + 1 : at + 2] == "-" else 1


_FOLDED = str.maketrans({each: to for to, ranges in _SAME.items() for each in _characters(ranges)})


def fold(text: str) -> str:
    """For comparing: without case, accents, widths, kinds of apostrophe, dash and space, and what is not seen."""
    if text.isascii():
        return text.lower().replace("`", "'")
    return unicodedata.normalize("NFKD", text.translate(_WHOLE)).casefold().translate(_FOLDED)


def sort_key(text: str) -> tuple[str, str]:
    """The order of every list that people read: case and accents do not count; what then is the same goes by code
    points. ``name__in_order`` (``database/lookups.py``) is the same order in the database."""
    return fold(text)[:200], text


# Names of records

_SPACE = re.compile(r"[^\S\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
_NO_WIDTH = str.maketrans("", "", "\u200b\u2060\ufeff")


def one_line(text: str) -> str:
    """With every kind of space, and several of them, as one space, and none at the ends. Spaces of no width, which only
    copying brings, go. A tab is a space; a line break is none, for it shows that more was pasted than belongs there."""
    return _SPACE.sub(" ", text.translate(_NO_WIDTH)).strip(" ")


# Names that look like others

_UPRIGHT = str.maketrans("I|ǀ", "lll")
_DIGITS = re.compile(r"[01](?=[^\W\d_])|(?<=[^\W\d_])[01]")


def normalize_confusable(name: str) -> frozenset[str]:
    """What a reader may take a name for, to compare: two names look alike if they have one of these in common.

    The name itself, folded; with Cyrillic, Greek and Armenian letters as the Latin ones that they look like; and with
    what looks like an l, or a digit within a word like an o or an l. This is a selection of Unicode's confusables
    (UTS #39): the whole table takes m for rn, and would refuse names that nobody mixes up. A capital i looks like an l
    and a small one does not, so each begins from the name as it is written.
    """
    latin = unicodedata.normalize("NFKD", name).translate(LATIN)
    upright = _DIGITS.sub(lambda digit: "ol"[int(digit[0])], latin.translate(_UPRIGHT))
    return frozenset(" ".join(fold(each).split()) for each in (name, latin, upright))


def is_confusable(name: str, others: Iterable[str]) -> bool:
    """Whether a reader may take a name for one of others."""
    seen = normalize_confusable(name)
    return any(seen & normalize_confusable(other) for other in others)
