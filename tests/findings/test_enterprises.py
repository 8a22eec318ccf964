"""An aggregator's enterprises side by side."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.support.cast import Cast, add_member, person, sign_in
from tests.support.records import append_many, put_at
from tests.support.statements import at_most
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.derived.projectors import project
from wisely_security.tenancy.models import Edition, Tenant
from wisely_security.tenancy.sign_in.accounts import create_tenant

from .making import new_country

PLACE = "/settings/security/enterprises/"
FAILED = {"status": "failure", "reason": "wrong_password"}


def rows(client: Client, **query: str) -> dict[str, tuple[int, int, int]]:
    page = client.get(PLACE, query)
    assert page.status_code == 200
    return {row.tenant.name: (row.this_week, row.week_before, row.findings) for row in page.context["rows"]}


def enterprise(name: str, aggregator: Tenant) -> Tenant:
    admin = person(f"Admin of {name}", f"admin@{name.lower()}.example")
    return create_tenant(name, name.lower(), Edition.ENTERPRISE, super_admin=admin, aggregator=aggregator)


def test_failures_findings_and_the_last_sign_in(cast: Cast) -> None:
    append_many(cast.globex.pk, 3, **FAILED)
    append_many(cast.acme.pk, 5, **FAILED)  # of no aggregator
    new_country(cast.charlie)
    erin = sign_in(cast.erin)
    assert rows(erin) == {"Globex": (3, 0, 1)}
    [row] = erin.get(PLACE).context["rows"]
    assert timezone.now() - row.signed_in_at < timedelta(minutes=5)


def test_it_is_right_before_and_after_events_are_projected(committed_cast: Cast) -> None:
    globex, now = committed_cast.globex.pk, timezone.now()
    for days, number in {0: 2, 6: 1, 7: 4, 13: 1, 14: 8}.items():
        for each in range(number):
            put_at(globex, now - timedelta(days=days, milliseconds=each), **FAILED)
    put_at(globex, now - timedelta(days=40))
    erin = sign_in(committed_cast.erin)
    before = rows(erin)
    [row] = erin.get(PLACE).context["rows"]
    project()
    assert rows(erin) == before == {"Globex": (3, 5, 0)}
    assert erin.get(PLACE).context["rows"][0].signed_in_at == row.signed_in_at
    assert (now - row.signed_in_at).days == 40
    put_at(globex, now - timedelta(minutes=1))  # committed after what the rollup knows
    assert (now - erin.get(PLACE).context["rows"][0].signed_in_at).days == 0


def test_each_number_leads_into_the_enterprise(cast: Cast, events) -> None:
    append_many(cast.globex.pk, 3, **FAILED)
    erin = sign_in(cast.erin)
    [row] = erin.get(PLACE).context["rows"]
    for name, number in {"failures": 3, "trend": 3}.items():
        sent = {"tenant": str(row.tenant.pk), "next": row.urls[name]}
        page = erin.post(reverse("switch_tenant"), sent, follow=True)
        assert page.redirect_chain == [(row.urls[name], 302)]
        assert len(page.context["events"]) == number
    assert any(event.detail.get("area", "").startswith("Switched") for event in events(cast.globex))


def test_the_view_is_recorded_in_every_enterprise_once(cast: Cast, events) -> None:
    hooli = enterprise("Hooli", cast.initech)
    erin = sign_in(cast.erin)
    for _ in range(2):
        erin.get(PLACE)
    for tenant in (cast.globex, hooli, cast.initech):
        [view] = events(tenant, action="view")
        name = "Erin Evans" if tenant == cast.initech else "Erin Evans (Initech)"
        assert (view.user_name, view.detail) == (name, {"area": "Enterprises"})
    assert events(cast.acme, action="view") == []


def test_it_sorts_by_what_is_shown(cast: Cast) -> None:
    for number, name in enumerate(("Aviato", "Hooli", "Umbrella")):
        append_many(enterprise(name, cast.initech).pk, number + 1, **FAILED)
    erin = sign_in(cast.erin)
    assert list(rows(erin, sort="failures")) == ["Umbrella", "Hooli", "Aviato", "Globex"]
    assert list(rows(erin, sort="name")) == ["Aviato", "Globex", "Hooli", "Umbrella"]
    assert erin.get(PLACE, {"sort": "banana"}).status_code == 404


def test_many_cost_no_more_statements(cast: Cast) -> None:
    for number in range(20):
        enterprise(f"Company{number}", cast.initech)
    erin = sign_in(cast.erin)
    with at_most(8):
        assert len(rows(erin)) == 21


def test_others_have_no_such_page(cast: Cast) -> None:
    salesman = add_member(cast.initech, "sales", person("Sam Sales", "sam@initech.example"))
    assert sign_in(salesman).get(PLACE).status_code == 403
    assert sign_in(cast.alice).get(PLACE).status_code in {403, 404}
    assert Client().get(PLACE).status_code == 302


def test_the_menu_has_it_for_an_aggregator_alone(cast: Cast) -> None:
    in_menu = {
        each: PLACE in sign_in(each).get("/account/profile/").content.decode() for each in (cast.erin, cast.alice)
    }
    assert in_menu == {cast.erin: True, cast.alice: False}


def test_whoever_may_not_view_a_record_is_not_shown_its_numbers(cast: Cast) -> None:
    manager = add_member(cast.initech, "csm", person("Cora Cole", "cora@initech.example"))
    page = sign_in(manager).get(PLACE)
    assert page.status_code == 200
    assert [key for key, _, _ in page.context["headings"]] == ["name"]


@pytest.mark.parametrize("tenant", ["acme", "initech"])
def test_the_database_answers_an_aggregator_alone(cast: Cast, tenant: str) -> None:
    """Whoever is Acme cannot ask in Initech's name; Initech gets Globex only."""
    with acting_as(tenant_id=getattr(cast, tenant).pk), transaction.atomic(), connection.cursor() as cursor:
        hour = timezone.now().replace(minute=0, second=0, microsecond=0)
        bounds = [hour - timedelta(hours=1), hour]
        if tenant == "acme":
            with pytest.raises(ProgrammingError, match="its own enterprises only"), transaction.atomic():
                cursor.execute("SELECT * FROM findings_enterprises(%s, %s)", [cast.initech.pk, bounds])
        else:
            cursor.execute("SELECT enterprise_id FROM findings_enterprises(%s, %s)", [cast.initech.pk, bounds])
            assert cursor.fetchall() == [(cast.globex.pk,)]
            cursor.execute("SELECT current_setting('wisely.scope')")
            assert cursor.fetchone() == ("",)
