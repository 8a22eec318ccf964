"""Our client of witnesses: with our witness, and with one that answers whatever it likes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wisely_security.ledger.sealing.checkpoints import Checkpoint
from wisely_security.ledger.sealing.notes import (
    COSIGNATURE_V1,
    Note,
    NoteError,
    PublicKey,
    Signature,
    cosigned,
)
from wisely_security.ledger.sealing.witness import RefusedError, Witness
from wisely_security.ledger.sealing.witnesses.client import (
    ContradictionError,
    Head,
    WitnessError,
    cosign,
    parse_witness_key,
    request,
)

from ..trees import leaves, mth
from .test_witness import HASHES, SIGNER, STRANGER, checkpoint, started

PRIVATE = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
WITNESS = PublicKey("witness.example/w1", PRIVATE.public_key().public_bytes_raw(), COSIGNATURE_V1)


class Said(NamedTuple):
    status: int
    content_type: str = "text/plain"
    body: bytes = b""


def head(size: int, hashes: list[bytes] = HASHES, signer=SIGNER) -> Head:
    """Of a log with these leaves."""
    note = bytes(Checkpoint(signer.name, size, mth(hashes[:size])).sign([signer]))
    return Head(
        size, note, signer.public.vkey, lambda level, number: mth(hashes[number << level : number + 1 << level])
    )


def asking(witness: Witness, asked: list[bytes]) -> Callable[[bytes], Said]:
    def ask(body: bytes) -> Said:
        asked.append(body)
        try:
            return Said(200, body=witness.add_checkpoint(body).encode())
        except RefusedError as refused:
            return Said(refused.status, refused.kind.partition(";")[0], refused.body.encode())

    return ask


@pytest.fixture
def place(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "state", tmp_path / "key"


@pytest.fixture
def running(place: tuple[Path, Path]) -> Iterator[Witness]:
    with closing(started(place)) as witness:
        yield witness


def signed(text: str, private: Ed25519PrivateKey = PRIVATE, key: PublicKey = WITNESS, time: int = 1_700_000_000) -> str:
    value = time.to_bytes(8, "big") + private.sign(cosigned(text, time).encode())
    return Signature(key.name, key.key_id, value).line


class TestWithOurWitness:
    def test_it_signs_a_log_as_it_grows(self, running: Witness) -> None:
        key = parse_witness_key(running.vkey)
        asked: list[bytes] = []
        for known, size in ((0, 1), (1, 7), (7, 7), (7, 40)):
            [signature] = cosign(asking(running, asked), key, head(size), known)
            assert key.verifies(checkpoint(size).text, signature)
        assert len(asked) == 4

    @pytest.mark.parametrize("known", [0, 3, 8, 20, 60])
    def test_where_the_size_is_not_known_it_is_asked_for(self, running: Witness, known: int) -> None:
        key = parse_witness_key(running.vkey)
        asked: list[bytes] = []
        cosign(asking(running, asked), key, head(8), 0)
        asked.clear()
        assert cosign(asking(running, asked), key, head(20), known)
        assert [body.partition(b"\n")[0] for body in asked] == [
            b"old %d" % min(known, 20),
            *([] if known == 8 else [b"old 8"]),
        ]

    def test_a_log_that_was_rewritten_is_found_out(self, running: Witness) -> None:
        key, other = parse_witness_key(running.vkey), [*HASHES[:4], *leaves(60)[50:60], *HASHES[14:]]
        cosign(asking(running, []), key, head(8), 0)
        for size in (8, 20):
            with pytest.raises(ContradictionError):
                cosign(asking(running, []), key, head(size, other), 8)

    def test_a_log_that_was_set_back_is_found_out(self, running: Witness) -> None:
        cosign(asking(running, []), parse_witness_key(running.vkey), head(20), 0)
        with pytest.raises(ContradictionError, match="a checkpoint of 20 events; this log has 8"):
            cosign(asking(running, []), parse_witness_key(running.vkey), head(8), 0)

    def test_another_key_of_the_log(self, running: Witness) -> None:
        with pytest.raises(WitnessError, match="another key of this log") as refused:
            cosign(asking(running, []), parse_witness_key(running.vkey), head(8, signer=STRANGER), 0)
        assert STRANGER.public.vkey in str(refused.value)


GOOD = signed(checkpoint(8).text).encode()
NONSENSE = {
    "404": (Said(404), "doesn’t know this log"),
    "403": (Said(403), "another key of this log"),
    "400": (Said(400), "malformed"),
    "422": (Said(422), "not in this log"),
    "409 without a size": (Said(409), "another checkpoint"),
    "409 with nonsense": (Said(409, "text/x.tlog.size", b"many\n"), "which size"),
    "409 with leading zeros": (Said(409, "text/x.tlog.size", b"007\n"), "which size"),
    "409 with no size": (Said(409, "text/x.tlog.size", b""), "which size"),
    "409 that is not ASCII": (Said(409, "text/x.tlog.size", "٧\n".encode()), "which size"),
    "409 forever": (Said(409, "text/x.tlog.size", b"3\n"), "contradict each other"),
    "redirect": (Said(307), "redirect"),
    "500": (Said(500), "status 500"),
    "204": (Said(204), "status 204"),
    "nothing": (Said(200), "cut short"),
    "a page": (Said(200, "text/html", b"<!doctype html>\n"), "not a list of signatures"),
    "bytes": (Said(200, body=b"\xff\xfe\n"), "not a list of signatures"),
    "cut short": (Said(200, body=GOOD[:-1]), "cut short"),
    "an empty line": (Said(200, body=GOOD + b"\n"), "not a list of signatures"),
    "another key": (Said(200, body=bytes(checkpoint(8).sign([STRANGER])).split(b"\n\n")[1]), "another key"),
    "of another checkpoint": (Said(200, body=signed(checkpoint(9).text).encode()), "not one of this checkpoint"),
    "of another private key": (
        Said(200, body=signed(checkpoint(8).text, Ed25519PrivateKey.from_private_bytes(b"v" * 32)).encode()),
        "not one of this checkpoint",
    ),
}


@pytest.mark.parametrize(("answer", "message"), NONSENSE.values(), ids=NONSENSE)
def test_whatever_a_witness_answers_it_is_an_error_with_a_sentence(answer: Said, message: str) -> None:
    asked: list[bytes] = []

    def ask(body: bytes) -> Said:
        asked.append(body)
        return answer

    with pytest.raises(WitnessError, match=message) as refused:
        cosign(ask, WITNESS, head(8), 0)
    assert isinstance(refused.value, ContradictionError) == (answer.status == 422 or answer == Said(409))
    assert len(asked) <= 3


def test_the_size_that_was_asked_with_means_another_root_where_the_log_has_that_size_too() -> None:
    with pytest.raises(ContradictionError, match="another checkpoint of 8 events"):
        cosign(lambda body: Said(409, "text/x.tlog.size", b"8\n"), WITNESS, head(8), 8)


def test_lines_of_other_keys_are_ignored() -> None:
    other = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
    theirs = PublicKey("other.example", other.public_key().public_bytes_raw(), COSIGNATURE_V1)
    lines = signed("something else\n", other, theirs) + GOOD.decode()
    [signature] = cosign(lambda body: Said(200, body=lines.encode()), WITNESS, head(8), 0)
    assert signature.line == GOOD.decode()
    assert Note.parse(head(8).note + GOOD).verified_by([WITNESS, SIGNER.public])


def test_the_request_is_as_the_specification_has_it() -> None:
    first, *rest = request(3, head(8)).decode().split("\n")
    assert first == "old 3"
    proof, _, note = "\n".join(rest).partition("\n\n")
    assert (
        len(proof.split("\n")) == 4
    )  # RFC 9162, 2.1.5: PROOF(3, D[7]) = [c, d, g, l] for seven leaves; eight: as many
    assert note.encode() == head(8).note
    assert request(0, head(8)).startswith(b"old 0\n\n")


@pytest.mark.parametrize(
    "vkey", ["", "x", SIGNER.public.vkey, WITNESS.vkey.replace("+", "-", 1), WITNESS.vkey[:-4] + "AAA="]
)
def test_what_is_no_key_of_a_witness(vkey: str) -> None:
    with pytest.raises(NoteError):
        parse_witness_key(vkey)
