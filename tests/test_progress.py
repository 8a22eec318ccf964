"""A bar on a terminal; elsewhere a line now and then, and none for short work."""

from __future__ import annotations

import sys

import pytest

from wisely_security.progress import progress


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What time it is, in seconds."""
    now = [100.0]
    monkeypatch.setattr("tqdm.std.time", lambda: now[0])
    return now


def test_a_plain_line_every_ten_seconds_and_at_the_end(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    with progress(1_000_000, title="login_activity_2025_01") as bar:
        for _ in range(25):
            clock[0] += 1
            bar.update(10_000)
        clock[0] = 200.0
        bar.update(750_000)
    shown = capsys.readouterr().err
    assert [line.partition("[")[0] for line in shown.splitlines()] == [
        "login_activity_2025_01:  10% 100k/1.00M ",
        "login_activity_2025_01:  20% 200k/1.00M ",
        *["login_activity_2025_01: 100% 1.00M/1.00M "] * 2,
    ]
    assert shown.splitlines()[0].endswith("[00:10<01:30, 10.0k events/s]")
    assert shown.replace("\n", "").isprintable()


def test_what_is_quickly_done_is_not_worth_a_line(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    with progress(10) as bar:
        bar.update(10)
    assert capsys.readouterr().err == ""


def test_a_bar_on_a_terminal(
    clock: list[float], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with progress(200, "rows") as bar:
        for _ in range(2):
            clock[0] += 1
            bar.update(100)
    drawn = capsys.readouterr().err.split("\r")
    assert drawn[1].startswith(" 50%|") and "| 100/200 [00:01<" in drawn[1]
    assert drawn[-1].startswith("100%|") and drawn[-1].endswith("\n")


def test_nothing_to_do_shows_nothing(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    with progress(0) as bar:
        clock[0] += 20
        bar.update(0)
    assert capsys.readouterr().err == ""
