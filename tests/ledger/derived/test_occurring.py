"""What filters offer: the values that occur, with how many events of a period have each."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from login_activity.models import LoginEvent
from tests.support import records
from tests.support.cast import create_cast, sign_in
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.derived.occurring import counted, occurring
from wisely_security.ledger.derived.projectors import project

pytestmark = pytest.mark.usefixtures("database")
PAGE = "/settings/identity-access/login-activity/"
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


def choices(client: Client, query: str, name: str) -> list[str]:
    page = client.get(PAGE + query).content.decode()
    return [value for value in re.findall(rf'type="checkbox" name="{name}" value="([^"]*)"', page) if value != "-"]


def test_a_page_offers_what_occurs_and_what_is_chosen() -> None:
    cast = create_cast()
    alice = sign_in(cast.alice)
    assert len(choices(alice, "", "country")) > 200  # nothing is rolled up yet
    records.put_at(cast.acme.pk, timezone.now() - timedelta(days=100), country="BR", device_kind="mac")
    records.put_at(cast.acme.pk, timezone.now() - timedelta(days=1), country="", device_kind="mac")
    project()
    assert choices(alice, "", "country") == ["BR", "none"]
    assert choices(alice, "?country=-DE", "country") == ["BR", "DE", "none"]
    assert choices(alice, "", "status") == ["success", "failure"]
    chart = alice.get(f"{PAGE}chart/?country=DE", headers={"HX-Request": "true"}).content.decode()
    numbers = json.loads(unescape(re.findall(r'data-counts="([^"]*)"', chart)[0]))
    assert numbers["device"]["mac"] == 1  # of this period, whatever else is chosen
    assert numbers["country"]["none"] >= 1
