"""The witness as its operator runs it: one file, with the standard library alone, and killed whenever it is."""

from __future__ import annotations

import http.client
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from wisely_security.ledger.sealing import witness
from wisely_security.ledger.sealing.notes import Note, PublicKey

from .test_witness import HASHES, SIGNER, checkpoint, request

pytestmark = pytest.mark.servers


class Program:
    """``python witness.py`` in a folder without anything of ours, with no more than the standard library."""

    def __init__(self, folder: Path, log: str = SIGNER.public.vkey) -> None:
        shutil.copy(witness.__file__, folder / "witness.py")
        command = [sys.executable, "-I", "-S", str(folder / "witness.py"), "--port", "0", "--name", "witness.example"]
        command += ["--state", str(folder / "state"), "--key", str(folder / "key"), "--log", log]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout
        self.vkey = self.process.stdout.readline().strip()
        port = re.search(r":(\d+)/$", self.process.stdout.readline().strip())
        assert port
        self.url = f"http://127.0.0.1:{port[1]}"
        self.connection = http.client.HTTPConnection("127.0.0.1", int(port[1]), timeout=60)

    def ask(self, body: bytes, path: str = "/add-checkpoint") -> tuple[int, str | None, bytes]:
        self.connection.request("POST", path, body)
        answer = self.connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read()

    def kill(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[list[Program]]:
    started: list[Program] = []
    yield started
    for program in started:
        program.kill()


def test_it_answers_over_http(programs: list[Program], tmp_path: Path) -> None:
    programs.append(program := Program(tmp_path))
    status, _, signature = program.ask(request(0, checkpoint(5), []))
    assert status == 200
    cosigned = bytes(checkpoint(5).sign([SIGNER])) + signature
    assert Note.parse(cosigned).verified_by([PublicKey.parse(program.vkey)])
    assert program.ask(request(0, checkpoint(8), [])) == (409, "text/x.tlog.size", b"5\n")
    assert program.ask(request(5, checkpoint(8)))[0] == 200  # on the same connection
    assert program.ask(b"", "/elsewhere")[0] == 404
    assert program.ask(b"x" * 600_000)[0] == 400
    program.connection.request("GET", "/add-checkpoint")
    assert program.connection.getresponse().status == 501


def test_killed_whenever_it_is_it_forgets_nothing_that_it_signed(programs: list[Program], tmp_path: Path) -> None:
    """It is killed while it answers. Where the answer was lost, it is at the old size or the new one, never before."""
    known = 0
    for size in range(1, 13):
        programs.append(program := Program(tmp_path))
        program.connection.request(
            "POST", "/add-checkpoint", request(known, checkpoint(size), [] if not known else None)
        )
        if size % 3:
            program.process.kill()
        answered = False
        with suppress(OSError, http.client.HTTPException):
            answered = program.connection.getresponse().status == 200
        program.kill()
        programs.append(again := Program(tmp_path))
        found = int(again.ask(request(len(HASHES), checkpoint(len(HASHES)), []))[2])
        again.kill()
        assert found in ({size} if answered else {known, size})
        known = found
