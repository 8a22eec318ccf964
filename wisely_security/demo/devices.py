"""What the demo's people sign in with, and its attackers: ``devices.tsv`` has strings as browsers send them."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DemoDevice:
    user_agent: str
    hints: dict[str, str] = field(default_factory=dict, hash=False)
    touch_points: int | None = None


def _devices(kind: str) -> tuple[DemoDevice, ...]:
    with Path(__file__).with_suffix(".tsv").open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table, delimiter="\t") if row["kind"] == kind]
    return tuple(
        DemoDevice(row["user_agent"], _hints(row), int(row["touch_points"]) if row["touch_points"] else None)
        for row in rows
    )


def _hints(row: dict[str, str]) -> dict[str, str]:
    """As Chromium and its relatives send them."""
    if not row["brand"]:
        return {}
    return {
        "sec-ch-ua": f'"{row["brand"]}";v="{row["version"]}", "Chromium";v="{row["version"]}", "Not;A=Brand";v="99"',
        "sec-ch-ua-mobile": "?1" if row["kind"] == "phone" else "?0",
        "sec-ch-ua-platform": f'"{row["platform"]}"',
        "sec-ch-ua-platform-version": f'"{row["platform_version"]}"',
        "sec-ch-ua-model": f'"{row["model"]}"',
    }


COMPUTERS, PHONES, TABLETS = _devices("computer"), _devices("phone"), _devices("tablet")
ATTACKERS, [BURGLAR] = _devices("attacker"), _devices("burglar")
