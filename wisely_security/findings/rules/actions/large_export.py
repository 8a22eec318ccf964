"""A download of far more rows than the person usually downloads."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from ...engine.memory import Memory
from ...engine.observations import Observation
from ..cases import downloads
from ..rule import Case, Details, Limits, Rule, Severity, Signal, Threshold
from ..texts import number


def examine(it: Observation, memory: Memory, limits: Limits) -> Iterator[Signal]:
    if not it.is_download or it.rows < limits["rows"] or not it.person:
        return
    before = memory.person(it.tenant, it.person).downloads
    usual = int(median(before)) if before else limits["rows"]
    if it.rows < limits["times"] * usual:
        return
    yield Signal(
        subject=it.person,
        evidence={"rows": it.rows, "usual": usual, "of": len(before), "area": it.area},
        events=[it.reference],
        severity=Severity.MEDIUM,
    )


def sentence(it: Details) -> str:
    rows, usual, of = (it.evidence[key] for key in ("rows", "usual", "of"))
    before = f"usually about {number(usual, 'row')}" if of else "their first download"
    return f"{it.name} downloaded {number(rows, 'row')} of {it.evidence['area']}; {before}."


RULE = Rule(
    key="large_export",
    title="Export far beyond the usual",
    meaning="Someone downloaded many more rows of a record than they usually do.",
    next_steps=(
        "Ask the person what the file is for and where it is now.",
        "Check whether their role still needs to download records.",
    ),
    thresholds=(
        Threshold(key="rows", label="Rows, at least", default=5_000, minimum=100, maximum=10_000_000),
        Threshold(key="times", label="And so many times the usual", default=10, minimum=2, maximum=1000),
    ),
    examine=examine,
    sentence=sentence,
    cases=(
        Case(
            "a hundred times as many",
            [*(downloads(f"-{day} 09:00", 900) for day in range(9, 0, -1)), downloads("09:00", 90_000)],
            ["Priya Nair downloaded 90,000 rows of Login Activity; usually about 900 rows."],
        ),
        Case(
            "at the first time",
            [downloads("09:00", 90_000)],
            ["Priya Nair downloaded 90,000 rows of Login Activity; their first download."],
        ),
        Case(
            "a month as always", [*(downloads(f"-{day} 09:00", 9_000) for day in (60, 30)), downloads("09:00", 11_000)]
        ),
        Case("a small one", [*(downloads(f"-{day} 09:00", 10) for day in (60, 30)), downloads("09:00", 900)]),
    ),
)
