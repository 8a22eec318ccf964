"""A device that makes and uses passkeys, in a few lines: what Chromium's virtual authenticator is to browser tests."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.test import Client

from wisely_security.tenancy.sign_in.factors.passkeys import relying_party

PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Device:
    """``count``: how often its passkey was used; it stays at 0 with ``counts=False``, as with synchronised ones.
    ``origin``, ``flags``: what it reports, where a test has it lie."""

    counts: bool = True
    count: int = 0
    origin: str = field(default_factory=lambda: str(settings.SITE_URL))
    flags: int = PRESENT | VERIFIED
    handle: bytes = b""
    key_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: dict[str, Any]) -> str:
        """What ``navigator.credentials.create`` answers."""
        self.handle = decoded(options["user"]["id"])
        key = bytes(16) + len(self.key_id).to_bytes(2, "big") + self.key_id + self.public_key()
        data = self._data(self.flags | WITH_KEY) + key
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            {
                "clientDataJSON": encoded(self._client_data("webauthn.create", options)),
                "attestationObject": encoded(attestation),
            }
        )

    def public_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})

    def use(self, options: dict[str, Any]) -> str:
        """What ``navigator.credentials.get`` answers."""
        self.count += self.counts
        client_data, data = self._client_data("webauthn.get", options), self._data(self.flags)
        signed = data + hashlib.sha256(client_data).digest()
        return self._answer(
            {
                "clientDataJSON": encoded(client_data),
                "authenticatorData": encoded(data),
                "signature": encoded(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
                "userHandle": encoded(self.handle),
            }
        )

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.origin}).encode()

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(relying_party().encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _answer(self, response: dict[str, str]) -> str:
        key_id = encoded(self.key_id)
        return json.dumps({"id": key_id, "rawId": key_id, "type": "public-key", "response": response})


def add_passkey(client: Client, name: str = "My laptop", device: Device | None = None) -> Device:
    """Through the page, as somebody who is signed in. With the first second factor come recovery codes."""
    device = device or Device()
    options = client.get("/account/passkeys/add/options/").json()
    response = client.post("/account/passkeys/add/", {"name": name, "answer": device.make(options)})
    assert response.status_code == 302 or "codes" in response.context, response.content.decode()
    return device


def answer(client: Client, device: Device, path: str = "/sign-in/passkey/") -> str:
    return device.use(client.get(f"{path}options/").json())
