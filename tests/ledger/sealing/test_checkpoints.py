"""Checkpoints: written and read as specified, of the log that they name."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wisely_security.ledger.sealing.checkpoints import Checkpoint, CheckpointError, open_checkpoint, parse_size
from wisely_security.ledger.sealing.merkle import EMPTY_ROOT
from wisely_security.ledger.sealing.notes import NoteError, Signer

ORIGIN = "security.example.com/0b0c/audit-trail"
SIGNER = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"s" * 32))
ROOT = bytes(range(32))
ROOT_TEXT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def test_text_is_as_specified() -> None:
    assert Checkpoint(ORIGIN, 20_852_163, ROOT).text == f"{ORIGIN}\n20852163\n{ROOT_TEXT}\n"
    assert Checkpoint(ORIGIN, 0, EMPTY_ROOT).text.split("\n")[1] == "0"


def test_the_example_of_the_specification_is_read() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    assert Checkpoint.parse(text).size == 20_852_163
    assert Checkpoint.parse(text).text == text


def test_a_signed_checkpoint_is_opened() -> None:
    checkpoint = Checkpoint(ORIGIN, 7, ROOT, ("extension",))
    opened = open_checkpoint(bytes(checkpoint.sign([SIGNER])), [SIGNER.public], ORIGIN)
    assert opened.checkpoint == checkpoint
    assert [each.name for each in opened.signatures] == [ORIGIN]


def test_a_checkpoint_of_another_log_is_refused() -> None:
    note = bytes(Checkpoint("another", 7, ROOT).sign([SIGNER]))
    with pytest.raises(CheckpointError, match="of another, not of"):
        open_checkpoint(note, [SIGNER.public], ORIGIN)
    with pytest.raises(NoteError, match="No known key"):
        open_checkpoint(note, [], ORIGIN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "\n\n\n",
        f"{ORIGIN}\n7\n",
        f"{ORIGIN}\n7\n{ROOT_TEXT}",
        f"\n7\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n07\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n+7\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n7 \n{ROOT_TEXT}\n",
        f"{ORIGIN}\n\u0667\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n{2**63}\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n{'9' * 5000}\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n7\n{ROOT_TEXT[:-4]}\n",
        f"{ORIGIN}\n7\n{ROOT_TEXT[:-2]}9=\n",
        f"{ORIGIN}\n7\n{ROOT_TEXT}\n\n",
        f"{ORIGIN}\n7\n{ROOT_TEXT}\nextension\n\nmore\n",
        f"{ORIGIN}\n0\n{ROOT_TEXT}\n",
    ],
)
def test_malformed_checkpoints_are_refused(text: str) -> None:
    with pytest.raises(NoteError):
        Checkpoint.parse(text)


@pytest.mark.parametrize("size", [0, 1, 2**53 + 1, 2**63 - 1])
def test_sizes(size: int) -> None:
    assert parse_size(str(size)) == size
    with pytest.raises(CheckpointError):
        parse_size(f"0{size}")


def test_a_checkpoint_that_cannot_be_written_is_refused() -> None:
    for origin, size, root, extensions in (
        ("", 1, ROOT, ()),
        ("two\nlines", 1, ROOT, ()),
        (ORIGIN, -1, ROOT, ()),
        (ORIGIN, 2**63, ROOT, ()),
        (ORIGIN, 1, ROOT[:31], ()),
        (ORIGIN, 0, ROOT, ()),
        (ORIGIN, 1, ROOT, ("",)),
    ):
        with pytest.raises(CheckpointError):
            Checkpoint(origin, size, root, extensions)
