"""Answers match the OpenAPI description, whatever is sent (schemathesis)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from re import Pattern
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, settings
from hypothesis.strategies import SearchStrategy
from hypothesis.strategies._internal import regex
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.pytest.lazy import get_all_tests

from .calls import Caller

AS_IT_IS = {"Accept-Encoding": "identity"}  # called in this process, schemathesis does not decompress
pytestmark = pytest.mark.long
BOUNDED = settings(max_examples=100, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module", autouse=True)
def patterns_built_once() -> Iterator[None]:
    """schemathesis makes the strategy of a pattern again for each value: for sets of characters, most of all time."""
    built: dict[tuple[Any, ...], SearchStrategy[Any]] = {}
    build = regex.regex_strategy

    def build_once(pattern: Pattern[str], fullmatch: bool, **options: Any) -> SearchStrategy[Any]:
        key = (pattern, fullmatch, repr(options))
        if key not in built:
            built[key] = build(pattern, fullmatch, **options)
        return built[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(regex, "regex_strategy", build_once)
        yield


@pytest.fixture
def described() -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


def try_all(schema: schemathesis.BaseSchema, check: Callable[[Case[Any]], None]) -> None:
    """``schema.parametrize`` would create the cases at collection, which takes half a minute."""
    operations = 0
    for each in get_all_tests(schema=schema, test_func=check, settings=BOUNDED, given_kwargs=None):
        assert isinstance(each, Ok)
        each.ok()[1]()
        operations += 1
    assert operations


def test_any_request_gets_an_answer_as_described(described: schemathesis.BaseSchema, committed_billing: Caller) -> None:
    def check(case: Case[Any]) -> None:
        case.call_and_validate(headers=AS_IT_IS | {"Authorization": f"Bearer {committed_billing.key}"})

    try_all(described, check)


def test_any_request_as_described_is_accepted(described: schemathesis.BaseSchema, committed_billing: Caller) -> None:
    def check(case: Case[Any]) -> None:
        called = {"Authorization": f"Bearer {committed_billing.key}", "Idempotency-Key": uuid4().hex}
        response = case.call(headers=AS_IT_IS | called)
        assert response.status_code == 201, response.text
        body: Any = case.body
        assert len(response.json()["events"]) == len(body["events"])

    valid = described.include(method="POST")
    valid.config.generation.update(modes=[GenerationMode.POSITIVE])
    valid.config.phases.update(phases=["fuzzing"])  # the test above covers the edges of the description
    try_all(valid, check)
