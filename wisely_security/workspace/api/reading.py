"""Reading a call, strictly and within bounds, before anything is done with it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError

from wisely_security.core.text.characters import LONE_SURROGATE

from .problems import (
    IDEMPOTENCY_KEY,
    INVALID,
    LENGTH_MISSING,
    MALFORMED,
    NOT_JSON,
    TOO_LARGE,
    ApiError,
)
from .schema import errors_of

VISIBLE = "^[!-~]{1,255}$"


@dataclass(frozen=True, slots=True)
class Batch:
    """``fingerprint`` is equal for equivalent bodies."""

    events: list[dict[str, Any]]
    fingerprint: str


def idempotency_key(request: HttpRequest) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not re.fullmatch(VISIBLE, key):
        raise ApiError(IDEMPOTENCY_KEY)
    return key


def batch_of(request: HttpRequest) -> Batch:
    try:
        content = json.loads(_body(request).decode())
        # Refuses what Python's JSON allows and PostgreSQL does not: NaN.
        canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False)
        if LONE_SURROGATE.search(canonical):  # which is not UTF-8, so a noncharacter marks its position
            content = json.loads(LONE_SURROGATE.sub("\uffff", canonical))
        errors = errors_of(content)  # which refuses what is nested too deeply
    except (ValueError, RecursionError):
        raise ApiError(MALFORMED) from None
    if errors:
        raise ApiError(INVALID, errors=errors)
    return Batch(content["events"], sha256(canonical.encode()).hexdigest())


def _body(request: HttpRequest) -> bytes:
    if request.content_type != "application/json":
        raise ApiError(NOT_JSON)
    if not request.headers.get("Content-Length"):
        raise ApiError(LENGTH_MISSING)
    try:
        return request.body
    except RequestDataTooBig:  # known from Content-Length: nothing has been read
        raise ApiError(TOO_LARGE) from None
    except UnreadablePostError:  # the caller has gone
        raise ApiError(MALFORMED) from None
