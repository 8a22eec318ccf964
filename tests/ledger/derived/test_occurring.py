"""What filters offer: the values that occur, with how many events of a period have each."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from login_activity.models import LoginEvent
from tests.support import records
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.derived.occurring import PEOPLE, counted, occurring
from wisely_security.ledger.derived.projectors import project
from wisely_security.ledger.derived.rollup import Count

from .truth import as_owner

pytestmark = pytest.mark.usefixtures("database")
# One begins as another, one is empty, one sorts before the sign of any.
VALUES = ["log_in", "log_in_as", "log", "edit"]
COUNTRIES = ["IN", "", "BR", "I"]


def put(tenant: UUID, days: int) -> None:
    for number in range(16):
        moment = timezone.now() - timedelta(days=days, minutes=number)
        special = {"action": VALUES[number // 4], "country": COUNTRIES[number % 4], "status": "success"}
        records.put_at(tenant, moment, **special)


def agree(tenant: UUID) -> None:
    end = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    start = end - timedelta(days=10)
    with acting_as(tenant_id=tenant):
        events = LoginEvent.objects.for_tenant(tenant).during(start, end)
        found = counted(LoginEvent, tenant, start, end)
        for name in LoginEvent.dimensions:
            numbers = {value: count.events for value, count in found[name].items()}
            assert numbers == Counter(events.values_list(name, flat=True))


def test_values_and_counts_are_those_of_the_events() -> None:
    tenant, other = records.a_tenant(), records.a_tenant()
    put(tenant, 2)
    records.put_at(other, timezone.now(), action="view")
    agree(tenant)  # not rolled up yet
    project()
    with acting_as(tenant_id=tenant):
        found = occurring(LoginEvent, tenant)
        assert found == {"action": set(VALUES), "country": set(COUNTRIES), "device_kind": {"windows_pc"}}
        assert occurring(LoginEvent, other) == {}
    put(tenant, 1)
    put(tenant, 40)
    agree(tenant)
    project()
    agree(tenant)


def test_months_that_are_over_and_forgotten_count_people_too() -> None:
    tenant, person = records.a_tenant(), uuid4()
    moment = timezone.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0) - timedelta(
        days=3
    )  # a month before
    for minutes in (0, 1, 20):
        records.put_at(tenant, moment + timedelta(minutes=minutes), user_id=person)
    project()
    records.put_at(tenant, moment + timedelta(minutes=2), user_id=person)  # back-dated, into a row that is there
    project()
    with acting_as(tenant_id=tenant):
        found = counted(LoginEvent, tenant, moment, moment + timedelta(minutes=15))
        assert found[PEOPLE] == {str(person): Count(3)}
    as_owner("SELECT ledger_forget_rollup('login_activity_loginevent', %s::date)", moment + timedelta(days=5))
    with acting_as(tenant_id=tenant):
        assert counted(LoginEvent, tenant, moment, moment + timedelta(days=1))[PEOPLE] == {}
