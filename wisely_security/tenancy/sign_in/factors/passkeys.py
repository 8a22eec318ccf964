"""Making and using passkeys (WebAuthn level 3), with py_webauthn for the checks of the standard.

A passkey is found by what it calls itself, so nobody says first who they are: what a visitor is sent does not depend on
whether there is an account.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from wisely_security.core.request_context import acting_as

from ...models import Passkey, User
from ..links import named_user
from .challenges import VALID, made_at, make_challenge

LONGEST_ANSWER = 16 * 1024  # characters
LONGEST_ID = 1023  # bytes: WebAuthn level 3, section 4
ALGORITHMS = [
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
SITE_NAME = "Wisely Security"
# What the library raises for text that is no answer of a passkey, or not one that the standard accepts.
NOT_ACCEPTED = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, IndexError)


class PasskeyRefusedError(Exception):
    """``reason``: unknown_passkey, passkey_refused, or passkey_copied (its count did not grow)."""

    def __init__(self, reason: str, user: User | None = None, factor: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.user = user
        self.factor = factor


def relying_party() -> str:
    """The host that passkeys are bound to. Browsers use them on no other, so nobody can ask for them elsewhere."""
    return urlsplit(settings.SITE_URL).hostname or ""


def options_for_new(user: User, purpose: str) -> dict[str, Any]:
    """What ``navigator.credentials.create`` takes. In the person's own scope."""
    options = webauthn.generate_registration_options(
        rp_id=relying_party(),
        rp_name=SITE_NAME,
        user_id=user.pk.bytes,
        user_name=user.email,
        user_display_name=user.name,
        challenge=make_challenge(purpose),
        timeout=int(VALID.total_seconds() * 1000),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_described(user),
        supported_pub_key_algs=ALGORITHMS,
    )
    return _as_data(options)


def options_to_use(purpose: str, user: User | None = None) -> dict[str, Any]:
    """What ``navigator.credentials.get`` takes. ``user``: it has to be a passkey of theirs; in their own scope."""
    options = webauthn.generate_authentication_options(
        rp_id=relying_party(),
        challenge=make_challenge(purpose),
        timeout=int(VALID.total_seconds() * 1000),
        allow_credentials=_described(user) if user else None,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _as_data(options)


def _described(user: User) -> list[PublicKeyCredentialDescriptor]:
    ids = Passkey.objects.filter(user=user).values_list("credential_id", flat=True)
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in ids]


def _as_data(options: Any) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return data


def new_passkey(user: User, name: str, answer: str, purpose: str) -> Passkey:
    """The passkey that a browser has just made, not saved yet. Raises PasskeyRefusedError."""
    try:
        credential = parse_registration_credential_json(_bounded(answer))
        challenge = parse_client_data_json(credential.response.client_data_json).challenge
        if made_at(challenge, purpose) is None or len(credential.raw_id) > LONGEST_ID:
            raise PasskeyRefusedError("passkey_refused", user)
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=relying_party(),
            expected_origin=settings.SITE_URL,
            require_user_verification=True,
            supported_pub_key_algs=ALGORITHMS,
        )
    except NOT_ACCEPTED:
        raise PasskeyRefusedError("passkey_refused", user) from None
    return Passkey(
        user=user,
        name=name,
        credential_id=bytes_to_base64url(made.credential_id),
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        is_synced=made.credential_device_type == CredentialDeviceType.MULTI_DEVICE,
    )


def use_passkey(answer: str, purpose: str, user: User | None = None) -> Passkey:
    """The passkey that signed this answer, with its person: of that ``user``, if one is given. Works once.

    Whether the person may sign in is for the caller to decide. Raises PasskeyRefusedError.
    """
    try:
        credential = parse_authentication_credential_json(_bounded(answer))
        client_data = parse_client_data_json(credential.response.client_data_json)
    except NOT_ACCEPTED:
        raise PasskeyRefusedError("passkey_refused", user) from None
    passkey = _named(bytes_to_base64url(credential.raw_id))
    if passkey is None or (user is not None and passkey.user_id != user.pk):
        raise PasskeyRefusedError("unknown_passkey", user)
    refused = PasskeyRefusedError("passkey_refused", passkey.user, passkey.label)
    made = made_at(client_data.challenge, purpose)
    if made is None or credential.response.user_handle not in (None, passkey.user_id.bytes):
        raise refused
    try:
        used = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=client_data.challenge,
            expected_rp_id=relying_party(),
            expected_origin=settings.SITE_URL,
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=0,  # compared below, where the reason has a name
            require_user_verification=True,
        )
    except NOT_ACCEPTED:
        raise refused from None
    if used.new_sign_count <= passkey.sign_count and (used.new_sign_count or passkey.sign_count):
        raise PasskeyRefusedError("passkey_copied", passkey.user, passkey.label)
    # One statement: of two requests with one answer, one finds the row as it was.
    unused = Q(challenged_at=None) | Q(challenged_at__lt=made)
    with acting_as(**passkey.user.own_scope):
        row = Passkey.objects.filter(unused, pk=passkey.pk, sign_count=passkey.sign_count)
        if not row.update(sign_count=used.new_sign_count, challenged_at=made, last_used_at=Now()):
            raise refused
    return passkey


def named_by(answer: str) -> UUID | None:
    """Whose passkey an answer claims to be of."""
    try:
        handle = parse_authentication_credential_json(_bounded(answer)).response.user_handle
        return UUID(bytes=handle) if handle else None
    except NOT_ACCEPTED:
        return None


def _bounded(answer: str) -> str:
    if not answer or len(answer) > LONGEST_ANSWER:
        raise ValueError("no answer of a passkey")
    return answer


def _named(credential_id: str) -> Passkey | None:
    """Before any tenant is known."""
    with acting_as(credential=credential_id):
        passkey = Passkey.objects.filter(credential_id=credential_id).first()
    user = named_user(passkey.user_id) if passkey else None
    if passkey is None or user is None:
        return None
    passkey.user = user
    return passkey
