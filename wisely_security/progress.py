"""How far a long piece of work is, on stderr: a bar on a terminal, elsewhere a line now and then."""

from __future__ import annotations

import sys
import time

WIDTH = 40
SECONDS_A_BAR, SECONDS_A_LINE = 0.1, 10.0


class Progress:
    """``with Progress(total, "events") as progress: … progress.advance(number)``, as often as one likes."""

    def __init__(self, total: int, unit: str = "events", title: str = "") -> None:
        self._total = total
        self._unit = unit
        self._title = title and f"{title}  "
        self._on_terminal = sys.stderr.isatty()
        self._pause = SECONDS_A_BAR if self._on_terminal else SECONDS_A_LINE
        self._began = time.monotonic()
        self._next = self._began + self._pause
        self._done = 0
        self._has_shown = False

    def advance(self, number: int) -> None:
        self._done += number
        if (now := time.monotonic()) >= self._next:
            self._next = now + self._pause
            self._write(now - self._began)

    def _write(self, seconds: float) -> None:
        share = min(1.0, self._done / self._total) if self._total else 1.0
        rate = self._done / seconds
        left = f"  {_clock((self._total - self._done) / rate)} left" if 0 < self._done < self._total else ""
        bar = f"{'█' * int(WIDTH * share):░<{WIDTH}} " if self._on_terminal else ""
        line = f"{self._title}{bar}{share:4.0%}  {self._done:,} of {self._total:,} {self._unit}  {rate:,.0f}/s{left}"
        sys.stderr.write(f"\r\x1b[K{line}" if self._on_terminal else f"{line}\n")
        sys.stderr.flush()
        self._has_shown = True

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        """The last word, where there was one before."""
        if self._has_shown:
            self._write(max(time.monotonic() - self._began, 0.001))
            if self._on_terminal:
                sys.stderr.write("\n")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
