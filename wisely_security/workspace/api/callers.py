"""Who calls: the access account whose API key comes with the request."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import ip_network

from django.http import HttpRequest

from wisely_security.cells import moved
from wisely_security.core.http.client_address import Address
from wisely_security.core.request_context import Actor, acting_as, current, using
from wisely_security.tenancy.models import Tenant

from ..modules.access_accounts import AccessAccount
from ..records.api_keys import hash_of
from .problems import ACCOUNT_DEACTIVATED, ADDRESS_NOT_ALLOWED, KEY_MISSING, KEY_UNKNOWN, ApiError, Problem

logger = logging.getLogger(__name__)
SCHEME = "Bearer"  # RFC 6750


@contextmanager
def calling(request: HttpRequest) -> Iterator[AccessAccount]:
    """Inside the block the caller acts, in the scope of its tenant; a person's session that came along means nothing.

    Raises ApiError, or MovedError.
    """
    account = _known(request)
    if refusal := _refusal(account, current().client.address):
        logger.warning("The access account %s was refused: %s", account.pk, refusal.code)
        raise ApiError(refusal)
    with acting_as(tenant_id=account.tenant_id):
        tenant = Tenant.objects.only("name").get(pk=account.tenant_id)
    actor = Actor(kind="api", id=account.pk, name=account.label, email="", tenant_id=tenant.pk, tenant_name=tenant.name)
    with using(replace(current(), tenant_id=tenant.pk, support=False, credential="", session="", actor=actor)):
        yield account


def _known(request: HttpRequest) -> AccessAccount:
    scheme, _, key = request.headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() != SCHEME.lower() or not key:
        raise ApiError(KEY_MISSING, headers={"WWW-Authenticate": SCHEME})
    account = account_of(key.strip())
    moved.follow(account, lambda: account_of(key.strip()))
    if account is None:
        raise ApiError(KEY_UNKNOWN, headers={"WWW-Authenticate": f'{SCHEME} error="invalid_token"'})
    return account


def account_of(key: str) -> AccessAccount | None:
    key_hash = hash_of(key)
    with acting_as(credential=key_hash):
        return AccessAccount.objects.filter(key_hash=key_hash).first()


def _refusal(account: AccessAccount, address: Address | None) -> Problem | None:
    if not account.is_active:
        return ACCOUNT_DEACTIVATED
    networks = [ip_network(network) for network in account.allowed_ips]
    if networks and not any(address in network for network in networks if address):
        return ADDRESS_NOT_ALLOWED
    return None
