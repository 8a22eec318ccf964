"""The benchmark of findings: its traffic, the file it reads, and the score it compares with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.measured.freeman import Freeman
from benchmarks.traffic.assumptions import ADJUSTED_ON, ATTACKERS
from benchmarks.traffic.generate import Traffic
from benchmarks.traffic.rows import COLUMNS, TAKEOVER, Row, read, write

ROW = Row(0.0, 1, 20, "106.51.72.9", "IN", "Karnataka", "Bengaluru", 1, "agent", "Chrome 1", "Windows", "desktop", True)


def test_traffic_follows_from_its_seed_and_survives_its_file(tmp_path: Path) -> None:
    traffic = Traffic(ADJUSTED_ON, people=80, attacks=2)
    assert Traffic(ADJUSTED_ON, people=80, attacks=2).rows == traffic.rows
    assert Traffic(replace(ADJUSTED_ON, seed=2), people=80, attacks=2).rows != traffic.rows
    assert [row.at for row in traffic.rows] == sorted(row.at for row in traffic.rows)
    assert sorted(row.attack for row in traffic.rows if row.attack) == sorted([*ATTACKERS, *ATTACKERS])
    write(tmp_path / "traffic.csv", traffic.rows)
    kept = list(read(tmp_path / "traffic.csv"))
    assert [row._replace(at=0) for row in kept] == [
        row._replace(at=0, attack=TAKEOVER if row.attack else "") for row in traffic.rows
    ]
    assert [row.at for row in kept] == pytest.approx([row.at for row in traffic.rows], abs=0.001)
    half = {row.user for row in read(tmp_path / "traffic.csv", share=0.5)}
    assert 0 < len(half) < len(traffic.people)
    assert list(read(tmp_path / "traffic.csv", share=0.5)) == [row for row in kept if row.user in half]


def test_a_file_with_other_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text(",".join(COLUMNS[:-1]) + "\n")
    with pytest.raises(ValueError, match="no column Is Account Takeover"):
        list(read(tmp_path / "other.csv"))


def test_freemans_score_is_as_published() -> None:
    freeman = Freeman()
    assert freeman.score(ROW) is None
    freeman.learn(ROW)
    freeman.learn(ROW._replace(user=2, ip="213.136.8.10", asn=2, country="NL"))
    # Of everybody; the user has 1 of both. The first level is what is left of one that has never been seen, twice: for
    # the address 1/4 × 1/2 × (1 - 5/7), for the agent 2/6 × 2/2 × (1 - 4/6).
    address = 0.6 * (1 / 4 * 1 / 2 * 2 / 7) + (1 - 0.6) / 2
    agent = 0.5386653840551359 * (2 / 6 * 2 / 6) + (1 - 0.5386653840551359)
    assert freeman.score(ROW) == pytest.approx(address * agent * (1 / 2) / (1 / 2), rel=1e-6)
    # An address of which nothing is known to the user counts four times.
    elsewhere = ROW._replace(ip="177.32.8.7", asn=3, country="BR")
    assert freeman.score(elsewhere) == pytest.approx(4 * agent, rel=1e-6)
