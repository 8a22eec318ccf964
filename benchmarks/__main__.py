"""``make bench``: every benchmark in turn, each a process of its own; it writes docs/reference/benchmarks.md.

    .venv-bench/bin/python -m benchmarks [--events 1000000] [--rounds 20] [--only writes sign_in …]

What each has measured is kept in DATA_DIR/benchmarks: with --only, the others stand in the document as they were.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from wisely_security.devserver.embedded import provide

from .document import PARTS, kept_as, write
from .results import KEPT_IN


def main(events: int, rounds: int, only: list[str]) -> int:
    provide(os.environ)
    kept = Path(os.environ.get("DATA_DIR") or "data").absolute() / "benchmarks"
    kept.mkdir(parents=True, exist_ok=True)
    failed = []
    for name in only or PARTS:
        arguments = [each.format(events=events, exported=min(events, 1_000_000), rounds=rounds) for each in PARTS[name]]
        print(f"\n== {name} {' '.join(arguments)}\n", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
        ran = subprocess.run(command, env=os.environ | {KEPT_IN: str(kept / kept_as(name, events))}, check=False)
        failed += [name] * bool(ran.returncode)
    write(kept, only)
    if failed:
        print(f"Failed: {', '.join(failed)}.", file=sys.stderr)
    return len(failed)


def given() -> Any:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--only", nargs="*", choices=list(PARTS), default=[])
    return parser.parse_args()


if __name__ == "__main__":
    os.environ.setdefault("DEBUG", "1")
    sys.exit(main(**vars(given())))
