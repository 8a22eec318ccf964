"""Browsers and their versions. Strings are as browsers send them today: Chromium's say neither a phone's model nor the
version of the system, so that people who have kept theirs up to date send the same."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import NamedTuple

DAY = 86_400.0
DESKTOP, MOBILE = "desktop", "mobile"


class Kind(NamedTuple):
    """``share``: of its form, among people. ``every``: days between releases. ``agent``: with {v}, the version."""

    form: str
    browser: str
    system: str
    share: float
    version: int
    every: int
    agent: str


def _kinds() -> list[Kind]:
    with Path(__file__).with_name("devices.tsv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file, delimiter="\t"))[1:]
    return [
        Kind(form, browser, system, float(share), int(version), int(every), agent)
        for form, browser, system, share, version, every, agent in lines
    ]


KINDS = _kinds()


@dataclass(frozen=True)
class Device:
    """``lag``: days from a release to its installation, or that the versions are old by."""

    kind: Kind
    lag: float

    def version(self, at: float, start: float) -> int:
        """Of ``start``, everything has just been released half a cycle ago."""
        return self.kind.version + int((at - start) / DAY + self.kind.every / 2 - self.lag) // self.kind.every


def device(rng: Random, form: str, old: float = 0.05) -> Device:
    """``old``: the share of those that are not kept up to date."""
    kinds = [kind for kind in KINDS if kind.form == form]
    kind = rng.choices(kinds, [each.share for each in kinds])[0]
    lag = rng.uniform(40, 400) if rng.random() < old else min(20.0, rng.expovariate(1 / 4))
    return Device(kind, lag)
