"""What a benchmark has measured: shown at once, and kept for docs/reference/benchmarks.md by ``make bench``."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

KEPT_IN = "BENCHMARK_RESULTS"  # in the environment: the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """``about``: what was measured, how, and in which unit. ``rows``: texts; the first is what the row is about."""

    title: str
    about: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self, source: str = "") -> str:
        align = ["---", *["---:"] * (len(self.headings) - 1)]
        lines = [" | ".join(row) for row in (self.headings, align, *self.rows)]
        return "\n".join([f"## {self.title}", "", self.about + source, "", *(f"| {line} |" for line in lines), ""])


def decimals(number: float) -> str:
    """Three significant figures."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def publish(*tables: Table, command: str) -> None:
    """``command``: what measures this again, by itself."""
    for table in tables:
        print(table.markdown(), flush=True)
    if KEPT_IN in os.environ:
        kept = {"command": command, "measured": f"{datetime.now(UTC):%d %B %Y}", "tables": [asdict(t) for t in tables]}
        Path(os.environ[KEPT_IN]).write_text(json.dumps(kept, ensure_ascii=False, indent=1))
