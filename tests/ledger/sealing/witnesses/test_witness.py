"""A witness answers as C2SP tlog-witness says, and never signs two checkpoints that contradict each other."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from wisely_security.ledger.sealing import witness
from wisely_security.ledger.sealing.checkpoints import Checkpoint
from wisely_security.ledger.sealing.merkle import EMPTY_ROOT
from wisely_security.ledger.sealing.notes import Note, PublicKey, Signature, Signer, parse_signature
from wisely_security.ledger.sealing.witness import RefusedError, Witness, parse_log_key

from ..trees import leaves, mth, proof

ORIGIN = "security.example.com/0b0c/audit-trail"
SIGNER = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"s" * 32))
STRANGER = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"x" * 32))
HASHES = leaves(40)


def checkpoint(size: int) -> Checkpoint:
    return Checkpoint(ORIGIN, size, mth(HASHES[:size]))


def request(old: int, new: Checkpoint, hashes: list[bytes] | None = None, signer: Signer = SIGNER) -> bytes:
    return body(old, proof(old, HASHES[: new.size]) if hashes is None else hashes, new.sign([signer]))


def body(old: int | str, hashes: list[bytes], note: Note) -> bytes:
    lines = [f"old {old}", *(b64encode(each).decode() for each in hashes), "", ""]
    return "\n".join(lines).encode() + bytes(note)


@pytest.fixture
def place(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "state", tmp_path / "key"


def started(place: tuple[Path, Path], *signers: Signer) -> Witness:
    logs = [parse_log_key(signer.public.vkey) for signer in signers or (SIGNER,)]
    return Witness(*place, logs, "witness.example/w1")


@pytest.fixture
def running(place: tuple[Path, Path]) -> Iterator[Witness]:
    with closing(started(place)) as witness:
        yield witness


def refusal(running: Witness, asked: bytes) -> tuple[int, str, str]:
    with pytest.raises(RefusedError) as refused:
        running.add_checkpoint(asked)
    return refused.value.status, refused.value.body, refused.value.kind


def test_it_signs_what_grows(running: Witness) -> None:
    key = PublicKey.parse(running.vkey)
    assert running.vkey.startswith("witness.example/w1+")
    for old, new in ((0, 3), (3, 8), (8, 8), (8, 40)):
        answer = running.add_checkpoint(request(old, checkpoint(new), [] if old in (0, new) else None))
        assert answer.startswith("— witness.example/w1 ") and answer.count("\n") == 1
        note = checkpoint(new).sign([SIGNER])
        cosigned = Note.parse(bytes(note) + answer.encode())
        assert len(cosigned.verified_by([SIGNER.public, key])) == 2


def test_it_signs_an_empty_tree(running: Witness) -> None:
    assert running.add_checkpoint(request(0, Checkpoint(ORIGIN, 0, EMPTY_ROOT), []))


def test_an_unknown_log_is_404(running: Witness) -> None:
    other = Checkpoint("example.com/other", 3, mth(HASHES[:3]))
    assert refusal(running, request(0, other, []))[0] == 404


def test_a_checkpoint_that_its_log_has_not_signed_is_403(running: Witness) -> None:
    assert refusal(running, request(0, checkpoint(3), [], STRANGER))[0] == 403
    forged = Signature(ORIGIN, SIGNER.public.key_id, bytes(64))
    for signatures in ((forged,), (SIGNER.sign(checkpoint(3).text), forged)):
        assert refusal(running, body(0, [], Note(checkpoint(3).text, signatures)))[0] == 403


def test_other_signatures_are_ignored(running: Witness) -> None:
    others = (Signature("example.com/ml-dsa", b"1234", bytes(2420)), STRANGER.sign("another\n"))
    text = checkpoint(3).text
    assert running.add_checkpoint(body(0, [], Note(text, (*others, SIGNER.sign(text)))))


def test_an_old_key_of_a_log_is_known_beside_the_new_one(place: tuple[Path, Path]) -> None:
    with closing(started(place, SIGNER, STRANGER)) as running:
        running.add_checkpoint(request(0, checkpoint(3), [], STRANGER))
        running.add_checkpoint(request(3, checkpoint(5)))


def test_an_old_size_that_is_beyond_the_new_one_is_400(running: Witness) -> None:
    assert refusal(running, request(4, checkpoint(3), []))[0] == 400


def test_another_old_size_is_409_with_the_known_one(running: Witness) -> None:
    assert refusal(running, request(2, checkpoint(3)))[1:] == ("0\n", "text/x.tlog.size")
    running.add_checkpoint(request(0, checkpoint(5), []))
    for old, new in ((0, 5), (0, 8), (3, 8), (4, 5), (8, 8)):
        assert refusal(running, request(old, checkpoint(new), [])) == (409, "5\n", "text/x.tlog.size")


@pytest.mark.parametrize("hashes", [[], [bytes(32)], proof(5, HASHES[:9]), [*proof(5, HASHES[:8]), bytes(32)]])
def test_a_proof_that_leads_elsewhere_is_422(running: Witness, hashes: list[bytes]) -> None:
    running.add_checkpoint(request(0, checkpoint(5), []))
    assert refusal(running, request(5, checkpoint(8), hashes))[0] == 422
    running.add_checkpoint(request(5, checkpoint(8)))


def test_a_proof_where_none_is_due_is_422(running: Witness) -> None:
    assert refusal(running, request(0, checkpoint(5), [bytes(32)]))[0] == 422
    running.add_checkpoint(request(0, checkpoint(5), []))
    assert refusal(running, request(5, checkpoint(5), [bytes(32)]))[0] == 422


def test_another_root_of_the_same_size_is_409_and_kept(running: Witness, place: tuple[Path, Path]) -> None:
    running.add_checkpoint(request(0, checkpoint(5), []))
    rewritten = Checkpoint(ORIGIN, 5, mth(HASHES[1:6]))
    assert refusal(running, request(5, rewritten, [])) == (409, "5\n", "text/x.tlog.size")
    (kept,) = place[0].glob("refused-*")
    assert kept.read_bytes() == bytes(rewritten.sign([SIGNER]))


TEXT = checkpoint(3).text
NOTE = bytes(checkpoint(3).sign([SIGNER])).decode()


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "old 0\n",
        "old 0\n\n",
        "old 0\n" + NOTE,
        "old 00\n\n" + NOTE,
        "old -0\n\n" + NOTE,
        "old 0 \n\n" + NOTE,
        "old \u0660\n\n" + NOTE,
        f"old {2**63}\n\n" + NOTE,
        f"old {'9' * 5000}\n\n" + NOTE,
        "new 0\n\n" + NOTE,
        "old 0\nAAAA\n\n" + NOTE,
        "old 0\n?\n\n" + NOTE,
        "old 0\n" + (b64encode(bytes(32)).decode() + "\n") * 64 + "\n" + NOTE,
        "old 0\n\n" + NOTE[:-1],
        "old 0\n\n" + NOTE + "\n",
        "old 0\n\n" + NOTE.replace("\n3\n", "\n03\n"),
        "old 0\n\n" + NOTE.replace("\n", "\r\n"),
        "old 0\n\n" + NOTE.replace("—", "-"),
        "old 0\n\n" + NOTE + NOTE.rpartition("\n\n")[2] * 100,
        "old 0\n\norigin\n\n" + NOTE.rpartition("\n\n")[2],
    ],
)
def test_malformed_requests_are_400(running: Witness, asked: str) -> None:
    assert refusal(running, asked.encode())[0] == 400


def test_a_request_is_utf_8(running: Witness) -> None:
    assert refusal(running, b"old 0\n\n\xff" + NOTE.encode())[0] == 400


def test_it_remembers_and_keeps_its_name(place: tuple[Path, Path]) -> None:
    with closing(started(place)) as before:
        before.add_checkpoint(request(0, checkpoint(5), []))
    with closing(Witness(*place, [parse_log_key(SIGNER.public.vkey)])) as after:
        assert after.vkey == before.vkey
        assert refusal(after, request(0, checkpoint(5), []))[1] == "5\n"
        assert after.add_checkpoint(request(5, checkpoint(5), []))  # as a log does whose answer was lost


def test_two_cannot_share_a_state(place: tuple[Path, Path], running: Witness) -> None:
    with pytest.raises(ValueError, match="Another witness is running"):
        started(place)


def test_a_key_without_its_state_is_refused(place: tuple[Path, Path], tmp_path: Path) -> None:
    state, key = place
    started(place).close()
    for other in ((tmp_path / "empty", key), (state, tmp_path / "no key")):
        with pytest.raises(ValueError, match="do not belong together"):
            started(other)
    key.write_text(b64encode(bytes(32)).decode())
    with pytest.raises(ValueError, match="of another key"):
        started(place)
    key.chmod(0o640)
    with pytest.raises(ValueError, match="Others may read"):
        started(place)


def test_its_files_are_private(place: tuple[Path, Path], running: Witness) -> None:
    state, key = place
    running.add_checkpoint(request(0, checkpoint(5), []))
    assert [path.stat().st_mode & 0o777 for path in (state, key, state / "witness")] == [0o700, 0o600, 0o600]


def test_of_many_at_once_one_is_granted(running: Witness) -> None:
    """Each would be right by itself; only one of them follows what is known."""
    running.add_checkpoint(request(0, checkpoint(5), []))

    def ask(size: int) -> int:
        try:
            running.add_checkpoint(request(5, checkpoint(size)))
        except RefusedError as refused:
            return refused.status
        return 200

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(6, 22)))
    assert sorted(answers) == [200] + [409] * 15
    granted = 6 + answers.index(200)
    assert refusal(running, request(0, checkpoint(40), []))[1] == f"{granted}\n"


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_ed25519_is_that_of_the_library(seed: bytes, message: bytes) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert witness.ed25519_public(seed) == public
    assert witness.ed25519_sign(seed, message) == signature
    assert witness.ed25519_verifies(public, message, signature)


@given(st.data())
def test_ed25519_refuses_what_the_library_refuses(data: st.DataObject) -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    parts = [private.public_key().public_bytes_raw(), b"message", private.sign(b"message")]
    place = data.draw(st.integers(0, 2))
    changed = bytearray(parts[place])
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    parts[place] = bytes(changed)
    assert witness.ed25519_verifies(*parts) is library_verifies(*parts) is False


def library_verifies(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


# RFC 8032, 7.1: test 2, of one byte.
RFC_SEED = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
RFC_KEY = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
RFC_SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)


def test_ed25519_of_the_rfc() -> None:
    assert witness.ed25519_public(RFC_SEED) == RFC_KEY
    assert witness.ed25519_sign(RFC_SEED, b"\x72") == RFC_SIGNATURE
    assert witness.ed25519_verifies(RFC_KEY, b"\x72", RFC_SIGNATURE)


def test_ed25519_has_one_signature_of_a_message() -> None:
    s = int.from_bytes(RFC_SIGNATURE[32:], "little") + witness.ORDER
    assert not witness.ed25519_verifies(RFC_KEY, b"\x72", RFC_SIGNATURE[:32] + s.to_bytes(32, "little"))
    assert not witness.ed25519_verifies(RFC_KEY, b"\x72", RFC_SIGNATURE[:63])
    assert not witness.ed25519_verifies((2**255 - 19).to_bytes(32, "little"), b"\x72", RFC_SIGNATURE)  # y is too large


@pytest.mark.parametrize("size", range(1, 41))
def test_consistency_is_that_of_the_rfc(size: int) -> None:
    for old in range(1, size):
        made = proof(old, HASHES[:size])
        roots = mth(HASHES[:old]), mth(HASHES[:size])
        assert witness.is_consistent(old, size, *roots, made)
        assert not witness.is_consistent(old, size, *roots[::-1], made)
        assert not witness.is_consistent(old, size, *roots, made[:-1])
        assert not witness.is_consistent(old, size, *roots, [*made, made[0]])


def test_the_answer_is_one_line_of_a_signature(running: Witness) -> None:
    answer = running.add_checkpoint(request(0, checkpoint(5), []))
    assert parse_signature(answer[:-1]).name == "witness.example/w1"


@pytest.mark.parametrize("vkey", ["", "a", f"a b+{'0' * 8}+AAAA", SIGNER.public.vkey[:-4], "x" + SIGNER.public.vkey])
def test_only_the_vkey_of_a_log_is_taken(vkey: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_log_key(vkey)
