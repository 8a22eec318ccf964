"""A download is checked offline: what is genuine passes, and whatever was changed in it is found and named."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from wisely_security.ledger.sealing import verify_bundle
from wisely_security.ledger.sealing.logs.event_rows.sealed_columns import LaterColumns
from wisely_security.ledger.sealing.notes import COSIGNATURE_V1, PublicKey, Signature, Signer, cosigned
from wisely_security.ledger.sealing.verify_bundle import BundleError, Check, report, verify

from .bundles import BEGIN, HEADER, ORIGIN, SIGNER, Log, event, zipped

KEY = SIGNER.public.vkey
STRETCH = range(3, 12)


@functools.cache
def log(size: int = 20, erased: frozenset[int] = frozenset()) -> Log:
    return Log(size, erased)


@pytest.fixture
def members() -> dict[str, bytes]:
    return log().bundle(STRETCH)


def checked(members: dict[str, bytes], folder: Path) -> Check:
    return verify(zipped(members, folder), KEY)


def printed_for(members: dict[str, bytes], folder: Path) -> str:
    return "\n".join(report(checked(members, folder), is_key_given=True))


def rows_of(csv: bytes) -> list[bytes]:
    """The header, and the rows, each of which ends with the id of its event."""
    made = [HEADER, *(log().row(index) for index in reversed(STRETCH))]
    assert b"".join(made) == csv
    return made


def name(index: int) -> str:
    return str(event(index)["id"])


def test_a_genuine_stretch_passes(members: dict[str, bytes], tmp_path: Path) -> None:
    text = printed_for(members, tmp_path)
    assert "GENUINE: all 9 rows" in text and "NOT GENUINE" not in text
    assert "COMPLETE from index 3 to 11" in text
    assert 'Status: label of status, labels {"unheard": "unheard", "banned": "Not, ever"' in text
    assert "banned" in text and 'offset ["+01:00", "+02:00"]' in text


def test_a_whole_log_is_complete(tmp_path: Path) -> None:
    assert "COMPLETE: these are all events of the log" in printed_for(log().bundle(range(20)), tmp_path)


def test_a_filter_proves_no_completeness(tmp_path: Path) -> None:
    text = printed_for(log().bundle([2, 3, 11]), tmp_path)
    assert "GENUINE: all 3 rows" in text
    assert "NOT PROVED: that no other event matches" in text and "COMPLETE" not in text


@given(st.integers(1, 70), st.data())
def test_any_rows_of_any_log_pass(tmp_path_factory: pytest.TempPathFactory, size: int, data: st.DataObject) -> None:
    indexes = data.draw(st.sets(st.integers(0, size - 1)))
    check = checked(log(size).bundle(indexes), tmp_path_factory.mktemp("bundle"))
    assert not check.problems and check.genuine == len(indexes)


LATER = LaterColumns({"status": "success"}, {"session": ""})


@pytest.mark.parametrize("erased", [frozenset[int](), frozenset(range(20))], ids=["", "erased"])
def test_events_that_were_sealed_without_a_later_column(erased: frozenset[int], tmp_path: Path) -> None:
    members = Log(20, erased, LATER).bundle(STRETCH)
    assert b'"status":"success"' not in members["events.ndjson"] and b'"status":"failure"' in members["events.ndjson"]
    check = checked(members, tmp_path)
    assert not check.problems and check.genuine + check.erased == 9
    assert '  status is "success" where an event was sealed without it' in report(check, is_key_given=True)
    rows = members["events.csv"].replace(b"Success", b"Failure", 1)
    assert checked(members | {"events.csv": rows}, tmp_path).problems[0].endswith("Status changed")


@given(st.data())
def test_a_changed_byte_of_a_row_names_it(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """And nothing else but, where a row ends elsewhere now, the one after it."""
    whole = log().bundle(STRETCH)
    rows = rows_of(whole["events.csv"])
    number = data.draw(st.integers(1, len(rows) - 1))
    place = data.draw(st.integers(0, len(rows[number]) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != rows[number][place]))
    rows[number] = rows[number][:place] + bytes([byte]) + rows[number][place + 1 :]
    check = checked(whole | {"events.csv": b"".join(rows)}, tmp_path_factory.mktemp("bundle"))
    index = STRETCH[-number]
    assert any(f"row {number + 1} " in each or name(index) in each for each in check.problems)
    assert check.genuine >= len(STRETCH) - 2


def test_a_changed_character_names_row_and_column(members: dict[str, bytes], tmp_path: Path) -> None:
    rows = rows_of(members["events.csv"])
    rows[4] = rows[4].replace(b"Mozilla", b"mozilla")
    check = checked(members | {"events.csv": b"".join(rows)}, tmp_path)
    assert check.problems == [f"events.csv, row 5 (event {name(8)}): User Agent changed"]
    assert check.genuine == 8


def test_a_removed_row_is_named(members: dict[str, bytes], tmp_path: Path) -> None:
    rows = rows_of(members["events.csv"])
    del rows[4]
    check = checked(members | {"events.csv": b"".join(rows)}, tmp_path)
    assert check.problems == [f"events.csv: the row of event {name(8)} (events.ndjson, line 4) was removed"]


def test_an_added_row_is_named(members: dict[str, bytes], tmp_path: Path) -> None:
    rows = rows_of(members["events.csv"])
    rows.insert(1, log().row(15))
    check = checked(members | {"events.csv": b"".join(rows)}, tmp_path)
    expected = f"events.csv, row 2 (event {name(15)}): no event proves it: it was added, or its id was changed"
    assert check.problems == [expected]
    assert check.genuine == len(STRETCH)


def test_a_row_that_is_there_twice_is_named(members: dict[str, bytes], tmp_path: Path) -> None:
    rows = rows_of(members["events.csv"])
    rows.insert(3, rows[3])
    (problem,) = checked(members | {"events.csv": b"".join(rows)}, tmp_path).problems
    assert problem.startswith(f"events.csv, row 5 (event {name(9)}): no event proves it")


def test_a_moved_row_is_named(members: dict[str, bytes], tmp_path: Path) -> None:
    rows = rows_of(members["events.csv"])
    rows.insert(8, rows.pop(2))
    check = checked(members | {"events.csv": b"".join(rows)}, tmp_path)
    assert check.problems == [f"events.csv, row 9 (event {name(10)}): was moved"]
    assert check.genuine == 8


def test_an_event_that_is_removed_from_both_files_is_named(members: dict[str, bytes], tmp_path: Path) -> None:
    rows, events = rows_of(members["events.csv"]), members["events.ndjson"].splitlines(keepends=True)
    del rows[4], events[3]
    changed = {"events.csv": b"".join(rows), "events.ndjson": b"".join(events)}
    assert checked(members | changed, tmp_path).problems == [
        "events.ndjson: the event with index 8 was removed",
        "events.csv: is not the file that was delivered",
    ]


def test_events_that_are_moved_in_both_files_are_named(members: dict[str, bytes], tmp_path: Path) -> None:
    rows, events = rows_of(members["events.csv"]), members["events.ndjson"].splitlines(keepends=True)
    rows[4:6], events[3:5] = reversed(rows[4:6]), reversed(events[3:5])
    changed = {"events.csv": b"".join(rows), "events.ndjson": b"".join(events)}
    problems = checked(members | changed, tmp_path).problems
    assert f"events.ndjson, line 5 (event {name(8)}): is not in its place: the newest comes first" in problems


def test_an_event_that_is_slipped_into_both_files_is_named(members: dict[str, bytes], tmp_path: Path) -> None:
    rows, events = rows_of(members["events.csv"]), members["events.ndjson"].splitlines(keepends=True)
    rows.insert(1, log().row(15))
    events.insert(0, log().sealed(15).line)  # genuine, but not of this bundle
    changed = {"events.csv": b"".join(rows), "events.ndjson": b"".join(events)}
    problems = checked(members | changed, tmp_path).problems
    assert problems[0].startswith(f"events.ndjson, line 1 (event {name(15)}): is not in the proof")


def test_an_event_that_is_changed_in_both_files_is_named(members: dict[str, bytes], tmp_path: Path) -> None:
    changed = {
        "events.csv": members["events.csv"].replace(name(8).encode(), b"01a17123" + name(8)[8:].encode()),
        "events.ndjson": members["events.ndjson"].replace(name(8).encode(), b"01a17123" + name(8)[8:].encode()),
    }
    problems = checked(members | changed, tmp_path).problems
    assert "events.ndjson, line 4" in problems[0] and "was changed" in problems[0]


def test_one_salt_cannot_stand_for_another(members: dict[str, bytes], tmp_path: Path) -> None:
    events = members["events.ndjson"].splitlines(keepends=True)
    events[3] = events[3].replace(b'"salt":"', b'"salt":"0')[:-4] + b'"}\n'
    (problem, row) = checked(members | {"events.ndjson": b"".join(events)}, tmp_path).problems[:2]
    assert problem.startswith("events.ndjson, line 4: was changed: its personal fields or its salt")
    assert name(8) in row


def test_erased_events_still_pass(tmp_path: Path) -> None:
    text = printed_for(log(20, frozenset({4, 8})).bundle(STRETCH), tmp_path)
    assert "GENUINE: all 9 rows" in text and "Of 2 of them a person has been erased" in text


def test_what_is_written_over_an_erased_name_is_found(tmp_path: Path) -> None:
    members = log(20, frozenset({4, 8})).bundle(STRETCH)
    changed = members["events.csv"].replace(b"Erased person", b"Mallory", 1)
    assert checked(members | {"events.csv": changed}, tmp_path).problems == [
        f"events.csv, row 5 (event {name(8)}): Name changed"
    ]
    changed = members["events.csv"].replace(b"Success", b"Failure")
    assert len(checked(members | {"events.csv": changed}, tmp_path).problems) == 2


def test_an_event_without_its_personal_fields_proves_no_row(members: dict[str, bytes], tmp_path: Path) -> None:
    events = members["events.ndjson"].splitlines(keepends=True)
    head, _, _ = events[3].partition(b',"personal":{')
    events[3] = head + b',"personal":null,"salt":null}\n'
    line, row = checked(members | {"events.ndjson": b"".join(events)}, tmp_path).problems
    assert line == f"events.ndjson, line 4 (event {name(8)}): lacks a field of the CSV"
    assert row.startswith(f"events.csv, row 5 (event {name(8)}): no event proves it")


def test_an_event_that_is_passed_off_as_erased_is_not_what_was_delivered(
    members: dict[str, bytes], tmp_path: Path
) -> None:
    events, rows = members["events.ndjson"].splitlines(keepends=True), members["events.csv"]
    events[3] = re.sub(rb'"salt":.*}', b'"salt":null}', events[3]).replace(b"Mozilla", b"Netscape")
    csv = rows_of(rows)
    csv[4] = csv[4].replace(b"Mozilla", b"Netscape")
    changed = {"events.csv": b"".join(csv), "events.ndjson": b"".join(events)}
    assert checked(members | changed, tmp_path).problems == [
        "events.csv: is not the file that was delivered",
        "events.ndjson: is not the file that was delivered",
    ]


DAY = BEGIN + timedelta(minutes=30), datetime(2026, 10, 25, 2, 50, tzinfo=UTC)  # events 2 to 9


def test_a_period_is_complete_where_the_stretch_reaches_beyond_it(tmp_path: Path) -> None:
    members = log().bundle(range(1, 12), DAY)
    text = printed_for(members, tmp_path)
    assert "GENUINE: all 8 rows" in text and "COMPLETE from index 1 to 11" in text
    assert "The rows are all events of the stretch" in text and "NOT PROVED" not in text


def test_a_period_says_what_is_not_proved_at_its_ends(tmp_path: Path) -> None:
    text = printed_for(log().bundle(range(2, 10), DAY), tmp_path)
    assert "NOT PROVED: that no event is missing at the start" in text
    assert "NOT PROVED: that no event is missing at the end" in text
    assert "NOT PROVED" not in printed_for(log(10).bundle(range(10), (BEGIN, DAY[1])), tmp_path)


def test_a_period_with_a_gap_is_not_complete(tmp_path: Path) -> None:
    members = log().bundle([1, 2, 3, 5, 6, 7, 8, 9, 10, 11], DAY)
    assert checked(members, tmp_path).problems == [
        "proof: events are missing in the stretch of the log that should be whole"
    ]


def test_a_key_that_is_not_the_log_s_proves_nothing(members: dict[str, bytes], tmp_path: Path) -> None:
    other = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"x" * 32)).public.vkey
    with pytest.raises(BundleError, match="has not signed the checkpoint"):
        verify(zipped(members, tmp_path), other)
    with pytest.raises(BundleError, match="not the Ed25519 key of a log"):
        verify(zipped(members, tmp_path), other.replace("+", "-"))


def test_without_a_key_the_one_in_the_bundle_is_shown(members: dict[str, bytes], tmp_path: Path) -> None:
    check = verify(zipped(members, tmp_path))
    assert not check.problems
    assert f"The key comes with the bundle: compare it with one that you have from elsewhere: {KEY}" in report(
        check, is_key_given=False
    )


def test_witnesses_that_must_have_signed(members: dict[str, bytes], tmp_path: Path) -> None:
    private = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
    witness = PublicKey("witness.example", private.public_key().public_bytes_raw(), COSIGNATURE_V1)
    with pytest.raises(BundleError, match=r"witness\.example has not signed"):
        verify(zipped(members, tmp_path), KEY, [witness.vkey])
    text, time = log().checkpoint.text, 1_790_000_000
    value = time.to_bytes(8, "big") + private.sign(cosigned(text, time).encode())
    others = Signature("ml-dsa.example", b"1234", bytes(2420)).line + Signature(ORIGIN, b"1234", bytes(64)).line
    members["checkpoint"] += others.encode() + Signature(witness.name, witness.key_id, value).line.encode()
    check = verify(zipped(members, tmp_path), KEY, [witness.vkey])
    assert not check.problems and check.witnessed == ["witness.example, 2026-09-21 14:13:20 UTC"]


def test_the_file_is_enough(members: dict[str, bytes], tmp_path: Path) -> None:
    """Without our code, and without what is installed beside Python."""
    program = shutil.copy(verify_bundle.__file__, tmp_path)
    changed = members | {"events.csv": members["events.csv"].replace(b"Alice", b"Malice")}
    for content, code, word in (
        (members, 0, "GENUINE: all 9 rows"),
        (changed, 1, "NOT GENUINE. Problems: 1. Genuine rows: 8."),
        (members | {"proof": b""}, 2, "NOTHING IS PROVED"),
    ):
        command = [sys.executable, "-I", "-S", program, zipped(content, tmp_path), "--key", KEY]
        done = subprocess.run(command, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (code, "") and word in done.stdout
