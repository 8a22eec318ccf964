"""docs/why/security.md names every requirement once, tests that exist, and the right counts."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TEXT = (ROOT / "docs" / "why" / "security.md").read_text()
# By chapter or requirement, how many there are of each section: of the ASVS those of levels 1 and 2.
ASVS = {
    "6.1": "1-3",
    "6.2": "1-12",
    "6.3": "1-4",
    "6.4": "1-4",
    "6.5": "1-5",
    "6.6": "1-3",
    "6.8": "1-4",
    "7.1": "1-3",
    "7.2": "1-4",
    "7.3": "1-2",
    "7.4": "1-5",
    "7.5": "1-2",
    "7.6": "1-2",
    "8.1": "1-2",
    "8.2": "1-3",
    "8.3": "1-1",
    "8.4": "1-1",
    "14.1": "1-2",
    "14.2": "1-4",
    "14.3": "1-3",
    "16.1": "1-1",
    "16.2": "1-5",
    "16.3": "1-4",
    "16.4": "1-3",
    "16.5": "1-3",
}
PCI_DSS = {
    "8.1": "1-2",
    "8.2": "1-8",
    "8.3": "1-11",
    "8.3.10": "1-1",
    "8.4": "1-3",
    "8.5": "1-1",
    "8.6": "1-3",
    "10.1": "1-2",
    "10.2": "1-2",
    "10.2.1": "1-7",
    "10.3": "1-4",
    "10.4": "1-3",
    "10.4.1": "1-1",
    "10.4.2": "1-1",
    "10.5": "1-1",
    "10.6": "1-3",
    "10.7": "1-3",
}
YES, NO, NOT_APPLICABLE = ANSWERS = ("yes", "no", "–")


class Requirement(NamedTuple):
    number: str
    answer: str
    done: str
    test: str


def requirements(heading: str) -> list[Requirement]:
    """The rows below a heading of the second level."""
    [part] = re.findall(rf"^## {heading}$(.*?)(?=^## |\Z)", TEXT, re.DOTALL | re.MULTILINE)
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines()]
    return [Requirement(row[0], *row[-3:]) for row in rows if re.fullmatch(r"\d+(\.\d+){2,3}", row[0])]


STANDARDS = {
    "OWASP ASVS 5.0": (ASVS, "OWASP ASVS 5.0, V6, V7, V8, V14 and V16, levels 1 and 2"),
    "PCI DSS 4.0.1": (PCI_DSS, "PCI DSS 4.0.1, requirements 8 and 10"),
}


@pytest.mark.parametrize("standard", STANDARDS)
def test_every_requirement_is_there_once(standard: str) -> None:
    sections, _ = STANDARDS[standard]
    expected = [
        f"{section}.{number}"
        for section, (first, last) in ((section, map(int, span.split("-"))) for section, span in sections.items())
        for number in range(first, last + 1)
    ]
    assert sorted(each.number for each in requirements(standard)) == sorted(expected)


@pytest.mark.parametrize("standard", STANDARDS)
def test_what_is_done_has_a_test_that_exists_and_what_is_not_says_why(standard: str) -> None:
    for each in requirements(standard):
        assert each.answer in ANSWERS, each
        assert each.done, each
        assert bool(each.test) == (each.answer == YES), each
        if each.test:
            named = re.fullmatch(r"`([\w/]+\.py)::(test_\w+)`", each.test)
            assert named, each
            file = ROOT / "tests" / named[1]
            assert file.exists(), each
            assert re.search(rf"^ *def {named[2]}\(", file.read_text(), re.MULTILINE), each


@pytest.mark.parametrize("standard", STANDARDS)
def test_the_counts_are_those_of_the_rows(standard: str) -> None:
    found = Counter(each.answer for each in requirements(standard))
    counts = " | ".join(str(found[answer]) for answer in ANSWERS)
    assert f"| {STANDARDS[standard][1]} | {counts} |" in TEXT
