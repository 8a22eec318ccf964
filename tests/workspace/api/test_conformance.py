"""What is served is what the description says, whatever is sent (schemathesis)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, settings
from schemathesis import Case, GenerationMode

from .calls import Caller

AS_IT_IS = {"Accept-Encoding": "identity"}  # called in this process, schemathesis does not decompress
bounded = settings(max_examples=100, suppress_health_check=list(HealthCheck))


def described() -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


anything = described()
valid = described().include(method="POST")
valid.config.generation.update(modes=[GenerationMode.POSITIVE])


@anything.parametrize()
@bounded
def test_whatever_is_sent_the_answer_is_as_described(case: Case[Any], committed_billing: Caller) -> None:
    case.call_and_validate(headers=AS_IT_IS | {"Authorization": f"Bearer {committed_billing.key}"})


@valid.parametrize()
@bounded
def test_whatever_is_described_is_taken(case: Case[Any], committed_billing: Caller) -> None:
    called = {"Authorization": f"Bearer {committed_billing.key}", "Idempotency-Key": uuid4().hex}
    response = case.call(headers=AS_IT_IS | called)
    assert response.status_code == 201, response.text
    body: Any = case.body
    assert len(response.json()["events"]) == len(body["events"])
