"""The proof of one event, as a file that others read."""

from __future__ import annotations

from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wisely_security.ledger.sealing.checkpoints import Checkpoint
from wisely_security.ledger.sealing.merkle import ProofError
from wisely_security.ledger.sealing.notes import NoteError, Signer
from wisely_security.ledger.sealing.proofs import EventProof

from .trees import leaves, mth, path, stored

ORIGIN = "example.com/log"
SIGNER = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"s" * 32))
HASHES = leaves(7)
NOTE = bytes(Checkpoint(ORIGIN, 7, mth(HASHES)).sign([SIGNER]))


def proof(index: int, extra: bytes | None = None) -> EventProof:
    return EventProof.of(index, 7, stored(HASHES), NOTE, extra)


def test_a_proof_is_written_as_specified() -> None:
    lines = bytes(proof(4, b"more")).decode().split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra bW9yZQ==", "index 4"]
    assert lines[3:6] == [b64encode(each).decode() for each in path(4, HASHES)]
    assert lines[6] == "" and "\n".join(lines[7:]).encode() == NOTE


@pytest.mark.parametrize("index", range(7))
@pytest.mark.parametrize("extra", [None, b"", b"\x00more"])
def test_a_proof_that_is_read_again_verifies(index: int, extra: bytes | None) -> None:
    made = proof(index, extra)
    read = EventProof.parse(bytes(made))
    assert read == made
    assert read.verify(HASHES[index], [SIGNER.public], ORIGIN).checkpoint.size == 7
    with pytest.raises(ProofError, match="another root"):
        read.verify(HASHES[index - 1], [SIGNER.public], ORIGIN)


def test_every_bit_counts() -> None:
    whole = bytes(proof(2))
    for place in range(len(whole)):
        for bit in (0, 5, 7):
            changed = whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :]
            with pytest.raises((ProofError, NoteError)):
                EventProof.parse(changed).verify(HASHES[2], [SIGNER.public], ORIGIN)


ONE_HASH = b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "head",
    [
        "c2sp.org/tlog-proof@v2\nindex 0",
        "c2sp.org/tlog-proof@v1",
        "c2sp.org/tlog-proof@v1\nextra AA==",
        "c2sp.org/tlog-proof@v1\nindex 00",
        "c2sp.org/tlog-proof@v1\nindex -1",
        f"c2sp.org/tlog-proof@v1\nindex {'9' * 5000}",
        "c2sp.org/tlog-proof@v1\nindex 0\nAAAA",
        "c2sp.org/tlog-proof@v1\nindex 0\n" + "\n".join([ONE_HASH] * 64),
        "c2sp.org/tlog-proof@v1\nindex 0\nextra AA==",
        "c2sp.org/tlog-proof@v1\nextra ?\nindex 0",
        "c2sp.org/tlog-proof@v1\r\nindex 0",
        "c2sp.org/tlog-proof@v1\nindex 0\n\u00e4",
    ],
)
def test_malformed_proofs_are_refused(head: str) -> None:
    with pytest.raises(ProofError):
        EventProof.parse(f"{head}\n\n".encode() + NOTE)


def test_a_proof_without_its_checkpoint_is_refused() -> None:
    with pytest.raises(ProofError, match="holds a checkpoint"):
        EventProof.parse(b"c2sp.org/tlog-proof@v1\nindex 0\n")
