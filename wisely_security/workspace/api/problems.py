"""Errors under /api/, as RFC 9457 problems (``application/problem+json``), wherever they occur."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from wisely_security.core.request_context import current

ROOT = "/api/"
CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem that is returned to callers. ``code`` is for machines and stable; ``detail`` is for people."""

    code: str
    status: HTTPStatus
    detail: str


KEY_MISSING = Problem(
    "key_missing", HTTPStatus.UNAUTHORIZED, "Send an access account's API key: “Authorization: Bearer wsk_…”."
)
KEY_UNKNOWN = Problem("key_unknown", HTTPStatus.UNAUTHORIZED, "No access account has this API key.")
ACCOUNT_DEACTIVATED = Problem("account_deactivated", HTTPStatus.FORBIDDEN, "The access account is deactivated.")
ADDRESS_NOT_ALLOWED = Problem(
    "address_not_allowed", HTTPStatus.FORBIDDEN, "The access account can’t be used from this IP address."
)
NOT_JSON = Problem("not_json", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send “Content-Type: application/json”, in UTF-8.")
LENGTH_MISSING = Problem("length_missing", HTTPStatus.LENGTH_REQUIRED, "Send “Content-Length”.")
TOO_LARGE = Problem("too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large. Send smaller batches.")
MALFORMED = Problem("malformed", HTTPStatus.BAD_REQUEST, "The body is not JSON (RFC 8259).")
IDEMPOTENCY_KEY = Problem(
    "idempotency_key", HTTPStatus.BAD_REQUEST, "Send “Idempotency-Key” with 1 to 255 visible ASCII characters."
)
INVALID = Problem(
    "invalid", HTTPStatus.UNPROCESSABLE_ENTITY, "The body doesn’t match the schema. Nothing was recorded."
)
# The draft of the header (draft-ietf-httpapi-idempotency-key-header) proposes 422, which means an invalid body here
# in itself; a call that waits for another with its key, for which the draft has 409, gets that one's answer.
KEY_REUSED = Problem(
    "idempotency_key_reused",
    HTTPStatus.CONFLICT,
    "This Idempotency-Key was used before with a different body. Nothing was recorded.",
)
ALL = (
    *(KEY_MISSING, KEY_UNKNOWN, ACCOUNT_DEACTIVATED, ADDRESS_NOT_ALLOWED, NOT_JSON, LENGTH_MISSING, TOO_LARGE),
    *(MALFORMED, IDEMPOTENCY_KEY, INVALID, KEY_REUSED),
)


class ApiError(Exception):
    """``errors``: where in the body, as a JSON pointer, and what is wrong there."""

    def __init__(
        self, problem: Problem, *, errors: Iterable[tuple[str, str]] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.errors = [{"pointer": pointer, "detail": detail} for pointer, detail in errors]
        self.headers = dict(headers or {})


class ProblemMiddleware:
    """Stands before everything else, so that no page in HTML leaves from under /api/."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if (
            request.path.startswith(ROOT)
            and response.status_code >= HTTPStatus.BAD_REQUEST
            and response["Content-Type"] != CONTENT_TYPE
        ):
            status = HTTPStatus(response.status_code)
            _tell(response, {"code": status.name.lower()}, response.get("X-Request-ID", ""))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """After the view's transaction has been rolled back."""
        if not isinstance(exception, ApiError):
            return None
        problem = exception.problem
        response = HttpResponse(status=problem.status, headers=exception.headers)
        members: dict[str, Any] = {"code": problem.code, "detail": problem.detail}
        if exception.errors:
            members["errors"] = exception.errors
        _tell(response, members, str(current().request_id or ""))
        return response


def _tell(response: HttpResponse, members: dict[str, Any], request_id: str) -> None:
    status = HTTPStatus(response.status_code)
    body = {"title": status.phrase, "status": status.value, **members}
    if request_id:
        body["instance"] = f"urn:uuid:{request_id}"
    response.content = json.dumps(body).encode()
    response["Content-Type"] = CONTENT_TYPE
    del response["Content-Encoding"]  # of what was there before
    response["Content-Length"] = str(len(response.content))
