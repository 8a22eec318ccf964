"""How far a long piece of work is, on stderr: tqdm's bar on a terminal, elsewhere a plain line every ten seconds."""

from __future__ import annotations

import sys
from typing import Never

from tqdm import tqdm

tqdm.monitor_interval = 0  # no thread: work reports often


class _Lines:
    """What tqdm writes, for log files: each state a line, and no control characters."""

    def write(self, text: str) -> None:
        if line := text.strip():
            sys.stderr.write(f"{line}\n")

    def flush(self) -> None:
        sys.stderr.flush()


def progress(total: int, unit: str = "events", title: str = "") -> tqdm[Never]:
    """``with progress(total) as bar: … bar.update(number)``, often. What is quickly done shows nothing."""
    terminal = sys.stderr.isatty()
    seconds = 0.1 if terminal else 10.0
    return tqdm(
        total=total,
        desc=title or None,
        unit=f" {unit}",
        unit_scale=True,
        file=sys.stderr if terminal else _Lines(),
        ncols=None if terminal else 0,
        dynamic_ncols=terminal,
        miniters=1,
        mininterval=seconds,
        delay=seconds,
    )
