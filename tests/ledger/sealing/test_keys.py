"""The signing key: from the environment or a file that nobody else may read; what old keys signed still verifies."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pytest_django import Settings

from wisely_security.ledger.sealing.checkpoints import Checkpoint, open_checkpoint
from wisely_security.ledger.sealing.keys import SigningKeyError, new_key, parse_key, signing_keys

ORIGIN = "example.com/log"


@pytest.fixture
def key_file(settings: Settings, tmp_path: Path) -> Path:
    path = tmp_path / "signing_key"
    path.touch(0o600)
    path.write_text(new_key() + "\n")
    settings.SIGNING_KEY, settings.SIGNING_KEY_FILE, settings.SIGNING_KEYS_RETIRED = "", path, []
    return path


def test_a_key_from_a_file_signs(key_file: Path) -> None:
    keys = signing_keys()
    note = bytes(Checkpoint(ORIGIN, 1, bytes(32)).sign([keys.signer(ORIGIN)]))
    assert open_checkpoint(note, keys.verifiers(ORIGIN), ORIGIN).checkpoint.size == 1


def test_the_environment_comes_before_the_file(key_file: Path, settings: Settings) -> None:
    # The key of RFC 8032, 7.1, test 1.
    settings.SIGNING_KEY = b64encode(
        bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    ).decode()
    assert signing_keys().public.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660, 0o666])
def test_a_file_that_others_may_read_is_refused(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)
    with pytest.raises(SigningKeyError, match=r"Others may read .* chmod 600"):
        signing_keys()


def test_without_a_key_the_message_says_what_to_set(key_file: Path) -> None:
    key_file.unlink()
    with pytest.raises(SigningKeyError, match="Set SIGNING_KEY or SIGNING_KEY_FILE"):
        signing_keys()


@pytest.mark.parametrize("text", ["", "AAAA", "not base64", b64encode(bytes(33)).decode(), "A" * 42 + "B="])
def test_what_is_no_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(SigningKeyError, match="32 bytes in base64") as refused:
        parse_key(text, "SIGNING_KEY")
    assert not text or text not in str(refused.value)


def test_a_retired_key_still_verifies(key_file: Path, settings: Settings) -> None:
    before = signing_keys()
    note = bytes(Checkpoint(ORIGIN, 1, bytes(32)).sign([before.signer(ORIGIN)]))
    key_file.write_text(new_key())
    settings.SIGNING_KEYS_RETIRED = [b64encode(before.public).decode()]
    after = signing_keys()
    assert open_checkpoint(note, after.verifiers(ORIGIN), ORIGIN).signatures[0].key_id
    assert after.verifiers(ORIGIN)[0].key == after.public != before.public
    with pytest.raises(SigningKeyError, match="SIGNING_KEYS_RETIRED"):
        settings.SIGNING_KEYS_RETIRED = ["?"]
        signing_keys()


def test_keys_are_made_at_random() -> None:
    one, two = (parse_key(new_key(), "it") for _ in range(2))
    assert one != two
    assert Ed25519PrivateKey.from_private_bytes(one)
