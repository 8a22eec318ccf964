"""A rare combination of filters whose events come all at once."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.support import records

from .history import a_row
from .truth import RECORDS, project_all

LOGIN = RECORDS["login"]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("projected", [True, False])
def test_many_in_a_few_minutes(projected: bool) -> None:
    """Pages begin and end inside the cluster, with more matches elsewhere and other events in between."""
    tenant, chance = records.a_tenant(), random.Random(5)
    start = timezone.now().replace(minute=15, second=0, microsecond=0) - timedelta(days=45)

    def at(country: str, **when: float) -> dict[str, Any]:
        return a_row("login", tenant, chance, start + timedelta(**when)) | {"country": country, "action": "view"}

    dense = [at("IN", seconds=number) for number in range(200)]
    before = [at("IN", days=-number) for number in range(90, 0, -1)]
    after = [at("DE", days=number) for number in range(1, 40)]
    LOGIN.put([*before, *dense, *after])
    if projected:
        project_all()
    ids = [row["id"] for row in [before[3], before[80], dense[0], dense[5], dense[100], dense[199], after[20]]]
    query = {"country": "IN", "action": "view"}
    assert LOGIN.agree(tenant, query, beyond=ids) == 290
    within = {"from": f"{start:%Y-%m-%d}", "to": f"{start:%Y-%m-%d}"}
    assert LOGIN.agree(tenant, query | within, beyond=ids) == 200
