"""Signed notes: those of the specification verify, ours are written as it says, and malformed ones are refused."""

from __future__ import annotations

from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wisely_security.ledger.sealing.notes import (
    COSIGNATURE_V1,
    Note,
    NoteError,
    PublicKey,
    Signature,
    Signer,
    cosigned,
    key_id,
    sign,
)

ALICE = Signer("example.com/alice", Ed25519PrivateKey.from_private_bytes(b"a" * 32))
BOB = Signer("example.com/bob", Ed25519PrivateKey.from_private_bytes(b"b" * 32))
TEXT = "one\n\ntwo\n"


def witnessed(text: str, time: int) -> tuple[PublicKey, Signature]:
    private = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
    key = PublicKey("witness.example", private.public_key().public_bytes_raw(), COSIGNATURE_V1)
    value = time.to_bytes(8, "big") + private.sign(cosigned(text, time).encode())
    return key, Signature(key.name, key.key_id, value)


def test_a_note_of_go_verifies() -> None:
    # The example of golang.org/x/mod/sumdb/note, whose author signed it with Go.
    key = PublicKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    note = (
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    ).encode()
    assert Note.parse(note).verified_by([key])
    assert bytes(Note.parse(note)) == note


def test_what_we_sign_is_written_as_specified() -> None:
    note = bytes(sign(TEXT, [ALICE, BOB]))
    signed = b64encode(ALICE.public.key_id + ALICE.private.sign(TEXT.encode()))
    assert note.startswith(TEXT.encode() + "\n— example.com/alice ".encode() + signed + "\n— ".encode())
    assert note.endswith(b"=\n") and note.count(b"\n") == 6


def test_a_key_survives_as_vkey() -> None:
    assert PublicKey.parse(ALICE.public.vkey) == ALICE.public
    witness, _ = witnessed(TEXT, 1)
    assert PublicKey.parse(witness.vkey) == witness
    assert b64decode(witness.vkey.rpartition("+")[2])[0] == 4


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+00000000",
        "name+00000000+",
        ALICE.public.vkey.replace("+" + ALICE.public.key_id.hex(), "+00000000"),
        ALICE.public.vkey.replace(ALICE.public.key_id.hex(), ALICE.public.key_id.hex().upper()),
        f"a b+00000000+{b64encode(bytes(33)).decode()}",
        f"a+{key_id('a', 6, bytes(1312)).hex()}+{b64encode(bytes([6]) + bytes(1312)).decode()}",
        f"a+{key_id('a', 1, bytes(31)).hex()}+{b64encode(bytes([1]) + bytes(31)).decode()}",
        ALICE.public.vkey + "=",
    ],
)
def test_malformed_vkeys_are_refused(vkey: str) -> None:
    with pytest.raises(NoteError):
        PublicKey.parse(vkey)


def test_unknown_signatures_are_ignored() -> None:
    others = (
        Signature("example.com/ml-dsa", b"\x01\x02\x03\x04", bytes(2420)),
        Signature(ALICE.name, b"\x00\x00\x00\x00", bytes(64)),  # her name, another key id
        Signature("x", ALICE.public.key_id, b"?"),  # her key id, another name
        Signature(ALICE.name, key_id(ALICE.name, COSIGNATURE_V1, ALICE.public.key), bytes(72)),
    )
    note = Note(TEXT, (*others, ALICE.sign(TEXT)))
    assert [each.name for each in Note.parse(bytes(note)).verified_by([ALICE.public])] == [ALICE.name]
    with pytest.raises(NoteError, match="No known key"):
        Note.parse(bytes(note)).verified_by([BOB.public])


def test_a_known_signature_that_does_not_verify_makes_the_note_invalid() -> None:
    wrong = BOB.sign("another text\n")
    with pytest.raises(NoteError, match=r"example\.com/bob is not one"):
        Note(TEXT, (ALICE.sign(TEXT), wrong)).verified_by([ALICE.public, BOB.public])
    for value in (b"", bytes(63), bytes(65)):
        with pytest.raises(NoteError, match="not one of this text"):
            Note(TEXT, (Signature(ALICE.name, ALICE.public.key_id, value),)).verified_by([ALICE.public])


def test_a_cosignature_holds_for_its_time_alone() -> None:
    key, signature = witnessed(TEXT, 1_679_315_147)
    assert Note(TEXT, (signature,)).verified_by([key])[0].signed_at == 1_679_315_147
    later = Signature(key.name, key.key_id, (1_679_315_148).to_bytes(8, "big") + signature.value[8:])
    beyond = witnessed(TEXT, 2**63)[1]
    for refused in (later, beyond, Signature(key.name, key.key_id, b"short")):
        with pytest.raises(NoteError, match="not one of this text"):
            Note(TEXT, (refused,)).verified_by([key])


def test_the_text_ends_at_the_last_empty_line() -> None:
    text = "— example.com/alice AAAAAAAA\n\nmore\n"
    assert Note.parse(bytes(sign(text, [ALICE]))).text == text


@pytest.mark.parametrize("count", [16, 100])
def test_many_signatures_are_read(count: int) -> None:
    others = tuple(Signature(f"w{number}", b"1234", bytes(72)) for number in range(count - 1))
    assert Note.parse(bytes(Note(TEXT, (*others, ALICE.sign(TEXT))))).verified_by([ALICE.public])


LINE = ALICE.sign("text\n").line


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "\n\n" + LINE[:-1],
        "text\n" + LINE,
        "text\n\n" + LINE + "\n",
        "text\n\n" + LINE + "\n" + LINE[:-1],
        "text\n\n" + LINE.replace("—", "-"),
        "text\n\n" + LINE.replace("— ", "—"),
        "text\n\n" + LINE.replace("alice ", "alice  "),
        "text\n\n" + LINE.replace("\n", " \n"),
        "text\n\n" + LINE.replace("\n", "\r\n"),
        "text\n\n" + LINE.replace("=", ""),
        "text\n\n" + LINE.replace("example", "exa+mple"),
        "text\n\n" + LINE.replace("example", "exa\u00a0mple"),
        "text\n\n— a AAAAAA==\n",  # four bytes: no signature
        "text\n\n— a AAAAAAB=\n",  # bits that are not used, and not zero
        "te\txt\n\n" + LINE,
        "te\0xt\n\n" + LINE,
        "text\n\n" + LINE * 101,
        "text\n" * 200_000 + "\n" + LINE,
    ],
)
def test_malformed_notes_are_refused(note: str) -> None:
    with pytest.raises(NoteError):
        Note.parse(note.encode())


def test_a_note_is_utf_8() -> None:
    with pytest.raises(NoteError, match="UTF-8"):
        Note.parse(b"text\xff\n\n" + LINE.encode())


@pytest.mark.parametrize("text", ["", "no end", "control\x01\n", "carriage\r\n"])
def test_what_no_note_can_hold_is_not_signed(text: str) -> None:
    with pytest.raises(NoteError):
        sign(text, [ALICE])
