"""The API as OpenAPI 3.1, generated from the schema that validates and the problems that are returned."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from typing import Any

from .models import KEPT_FOR
from .problems import ALL, CONTENT_TYPE, Problem
from .reading import VISIBLE
from .schema import MOST_EVENTS, PLACE, schemas

UUID_SCHEMA = {"type": "string", "format": "uuid"}


@cache
def description() -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Wisely Security",
            "version": "1",
            "description": "Lets other services of the platform record events in the Audit Trail.",
        },
        "servers": [{"url": "/"}],
        "paths": {"/api/v1/audit-events": {"post": _record()}, "/api/v1/openapi.json": {"get": _describe()}},
        "components": {
            "securitySchemes": {
                "apiKey": {"type": "http", "scheme": "bearer", "description": "The API key of an access account."}
            },
            "schemas": {**schemas(), "Recorded": _recorded(), "Problem": _problem()},
        },
    }


def _record() -> dict[str, Any]:
    return {
        "operationId": "recordAuditEvents",
        "summary": "Record audit events.",
        "description": (
            f"Records 1 to {MOST_EVENTS:,} events: all of them, or none. Their actor is the access account, and their "
            "time is that of the request."
        ),
        "security": [{"apiKey": []}],
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "schema": {"type": "string", "pattern": VISIBLE},
                "description": (
                    "A unique name for this request. Repeating it with the same body records nothing and returns the "
                    "same response. "
                    f"Kept for {KEPT_FOR.days} days."
                ),
            }
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"$ref": PLACE + "Batch"}}}},
        "responses": {
            "201": {
                "description": "Recorded by this request, or by an earlier one with the same key and body.",
                "headers": {
                    "Idempotent-Replayed": {
                        "description": "Present if it was an earlier request.",
                        "schema": {"const": "true"},
                    }
                },
                "content": {"application/json": {"schema": {"$ref": PLACE + "Recorded"}}},
            },
            **_problems(),
        },
    }


def _describe() -> dict[str, Any]:
    return {
        "operationId": "describe",
        "summary": "This description.",
        "responses": {
            "200": {"description": "OpenAPI 3.1.", "content": {"application/json": {"schema": {"type": "object"}}}}
        },
    }


def _problems() -> dict[str, Any]:
    def status(problem: Problem) -> int:
        return problem.status.value

    return {
        str(code): {
            "description": " ".join(f"{problem.code}: {problem.detail}" for problem in problems),
            "content": {CONTENT_TYPE: {"schema": {"$ref": PLACE + "Problem"}}},
        }
        for code, problems in groupby(sorted(ALL, key=status), key=status)
    }


def _recorded() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["events"],
        "properties": {
            "events": {
                "type": "array",
                "items": {"type": "object", "required": ["id"], "properties": {"id": UUID_SCHEMA}},
                "description": "In the order of the request.",
            }
        },
    }


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "description": "Problem details (RFC 9457). code: for programs. instance: the reference to give to support.",
        "required": ["title", "status", "code"],
        "properties": {
            "title": text,
            "status": {"type": "integer"},
            "code": text,
            "detail": text,
            "instance": {"type": "string", "format": "uri"},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["pointer", "detail"],
                    "properties": {"pointer": text, "detail": text},
                },
            },
        },
    }
