"""Filters together that no index has lead to the same pages as reading all events."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from wisely_security.ledger.models import first_id

from .history import History
from .truth import RECORDS

LOGIN = RECORDS["login"]
TOGETHER = [
    {"country": "IN", "action": "view"},
    {"country": "IN", "status": "failure"},
    {"country": "DE", "action": "log_in", "status": "success"},
    {"country": "FR", "action": "log_in"},
]


@pytest.mark.parametrize("query", TOGETHER)
def test_over_months(history: History, query: dict[str, str]) -> None:
    beyond = [first_id(timezone.now() - timedelta(days=days)) for days in (1, 40, 100, 199)]
    found = LOGIN.agree(history.tenant, query, beyond=beyond)
    assert found > 25 or query["country"] == "FR"
