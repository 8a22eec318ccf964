"""Support sees every verification, and the state of the receivers of checkpoints."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from tests.support.cast import Cast
from tests.workspace.samples.making import make
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.models import NO_TENANT
from wisely_security.workspace.receivers.receiver import CheckpointReceiver

from .site import list_of, support_views

LIST = "/admin/ledger/verification/"
FOUND = "login-activity of tenant x, 2026-11: event y was altered."


@pytest.fixture(autouse=True)
def _verified(cast: Cast) -> None:
    note = "SELECT ledger_note_verification(%s, %s, NULL, %s, %s, %s)"
    with acting_as(support=True), connection.cursor() as cursor:
        cursor.execute(note, [cast.acme.pk, "login_activity_loginevent", 1230, 3, FOUND])
        cursor.execute(note, [cast.globex.pk, "audit_trail_auditevent", 45, 0, ""])
        cursor.execute(note, [NO_TENANT, None, 0, 1, "A policy is missing."])


def rows(page: str) -> list[str]:
    return page.partition("<tbody>")[2].partition("</tbody>")[0].split("</tr>")[:-1]


def test_the_newest_first_with_tenant_and_first_finding(dana: Client) -> None:
    tables, globex, acme = rows(dana.get(LIST).content.decode())
    assert all(text in acme for text in ("Acme", "Login Activity", "1,230", "3 findings", FOUND))
    assert all(text in globex for text in ("Globex", "Audit Trail", "45", "No findings"))
    assert all(text in tables for text in ("What protects the tables", "1 finding<", "A policy is missing."))


@pytest.mark.parametrize(
    ("query", "shown"),
    [("?outcome=findings", 2), ("?outcome=none", 1), ("?tenant=acme", 1), ("?q=altered", 1), ("?q=glob", 1)],
)
def test_filters_and_search(dana: Client, query: str, shown: int) -> None:
    assert len(rows(dana.get(LIST + query).content.decode())) == shown


def test_tenants_see_that_support_has_looked(dana: Client, cast: Cast, events) -> None:
    dana.get(LIST)
    [acme], [nobody] = support_views(events, cast.acme), support_views(events, None)
    assert (acme["area"], acme["rows"], nobody["rows"]) == ("Django admin: verifications", 1, 1)


def test_how_far_a_witness_is(dana: Client, cast: Cast) -> None:
    it = make(
        CheckpointReceiver,
        cast.acme,
        kind="witness",
        sizes={"security.example/x/login-activity": 1230},
        contradicts=True,
        error="What it has signed before is not in this log.",
    )
    assert "Has seen another log" in dana.get(list_of(CheckpointReceiver)).content.decode()
    page = dana.get(f"{list_of(CheckpointReceiver)}{it.pk}/change/").content.decode()
    assert "Login Activity: 1,230 events" in page
    assert it.error in page
