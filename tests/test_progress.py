"""A bar on a terminal; elsewhere a line now and then, and none for short work."""

from __future__ import annotations

import sys

import pytest

from wisely_security.progress import Progress


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What time it is, in seconds."""
    now = [100.0]
    monkeypatch.setattr("wisely_security.progress.time.monotonic", lambda: now[0])
    return now


def test_a_line_every_ten_seconds_and_at_the_end(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(1_000_000, title="login_activity_2025_01") as shown:
        for second in range(25):
            clock[0] = 101.0 + second
            shown.advance(10_000)
        clock[0] = 200.0
        shown.advance(750_000)
    assert capsys.readouterr().err.splitlines()[:2] == [
        "login_activity_2025_01   10%  100,000 of 1,000,000 events  10,000/s  1:30 left",
        "login_activity_2025_01   20%  200,000 of 1,000,000 events  10,000/s  1:20 left",
    ]


def test_what_is_quickly_done_is_not_worth_a_line(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(10) as shown:
        shown.advance(10)
    assert capsys.readouterr().err == ""


def test_a_bar_on_a_terminal(
    clock: list[float], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with Progress(200, "rows") as shown:
        clock[0] += 1
        shown.advance(100)
        clock[0] += 1
        shown.advance(100)
    drawn = capsys.readouterr().err.split("\r\x1b[K")
    assert drawn[1] == f"{'█' * 20}{'░' * 20}  50%  100 of 200 rows  100/s  0:01 left"
    assert drawn[-1] == f"{'█' * 40} 100%  200 of 200 rows  100/s\n"


def test_nothing_to_do_is_done(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(0) as shown:
        clock[0] += 20
        shown.advance(0)
    assert "100%  0 of 0 events" in capsys.readouterr().err
