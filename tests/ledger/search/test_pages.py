"""Free text on the page: few statements, no events of others, and a download with the events of the pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.audit_trail import records as audit_records
from tests.support import databases, records
from tests.support.cast import Cast, create_cast, sign_in
from tests.support.downloads.csv_files import BOM
from tests.support.statements import at_most
from wisely_security.core.request_context import acting_as

from .truth import RECORDS, project_all

PAGES = {"login": "/settings/identity-access/login-activity/", "audit": "/settings/security/audit-trail/"}
QUERIES = ["q=rare", "q=Common+rare", "q=ANN%25", "q=nothing-like-it", "q=rare&status=success&period=7d", "q=common"]


@pytest.fixture(scope="module")
def cast(template_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """Acme and Globex, each with the same events: in segments, but for the newest."""
    with django_db_blocker.unblock(), databases.fresh_database(f"{databases.TEMPLATE}_search_pages"):
        cast = create_cast()
        for tenant in (cast.acme.pk, cast.globex.pk):
            _append(tenant, 700, rare=range(0, 120, 2))
            project_all()
            _append(tenant, 30, rare=[7])
        yield cast


def _append(tenant: UUID, count: int, rare: Any) -> None:
    places = [f"Common {'Rare Ann%' if number in rare else 'Anna'}" for number in range(count)]
    records.append_rows(tenant, [{"place": place} for place in places])
    audit_records.put(tenant, [{"changes": [{"field": "name", "label": "Name", "after": text}]} for text in places])


@pytest.fixture(scope="module")
def alice(cast: Cast, django_db_blocker: DjangoDbBlocker) -> Client:
    return sign_in(cast.alice)


def walk(client: Client, url: str | None) -> Iterator[str]:
    while url:
        context = client.get(url).context
        yield from (event.url.rstrip("/").rpartition("/")[2] for event in context["events"])
        url = context["older_url"]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("query", QUERIES)
def test_the_download_has_the_events_of_the_pages(alice: Client, name: str, query: str) -> None:
    shown = list(walk(alice, f"{PAGES[name]}?{query}"))
    response: Any = alice.get(f"{PAGES[name]}download/?{query}")
    body = b"".join(response.streaming_content)
    assert body.startswith(BOM)
    downloaded = [line.rpartition(",")[2] for line in body.decode().split("\r\n")[1:-1]]
    assert downloaded == shown
    assert len(shown) == len(set(shown))
    assert len(shown) == {"q=nothing-like-it": 0, "q=common": 730}.get(query, 61)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("query", QUERIES)
def test_a_page_costs_few_statements(alice: Client, name: str, query: str) -> None:
    url = f"{PAGES[name]}?{query}"
    alice.get(url)  # the view is recorded once
    nothing = 3 if "nothing" in query else 0  # then it is looked for outside the period too
    with at_most(8 + 2 + nothing):  # BEGIN and COMMIT
        assert alice.get(url).status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_a_search_finds_nothing_of_other_tenants(cast: Cast, alice: Client, name: str) -> None:
    if name == "login":
        records.append_rows(cast.globex.pk, [{"place": "Globexonly"}])
    else:
        audit_records.put(cast.globex.pk, [{"resource_name": "Globexonly"}])
    for _ in range(2):
        assert list(walk(alice, f"{PAGES[name]}?q=globexonly")) == []
        assert len(list(walk(sign_in(cast.charlie), f"{PAGES[name]}?q=globexonly"))) == 1
        project_all()


@pytest.mark.parametrize("name", RECORDS)
def test_the_application_can_neither_read_segments_nor_ask_for_those_of_others(cast: Cast, name: str) -> None:
    table = RECORDS[name].table
    find = "SELECT * FROM ledger_find_segments(%s, %s::uuid[], %s, %s, %s, true, 10)"
    bounds: tuple[Any, ...] = ('[{"patterns": ["%a%"]}]', UUID(int=0), UUID(int=(1 << 128) - 1))
    for tenant in (cast.acme.pk, cast.globex.pk):
        with acting_as(tenant_id=cast.acme.pk), transaction.atomic(), connection.cursor() as cursor:
            if tenant == cast.acme.pk:
                cursor.execute(find, (table, [tenant], *bounds))
                assert cursor.fetchall()
            else:
                with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
                    cursor.execute(find, (table, [tenant], *bounds))
    for statement in (
        "SELECT FROM ledger_search_segment",
        "SELECT FROM ledger_indexed_fields",
        "DELETE FROM ledger_search_segment",
        f"SELECT ledger_index_fields('{table}', 'ARRAY[1]', 'ARRAY[1]', 1)",
        f"SELECT ledger_forget_segments('{table}', '2100-01-01')",
    ):
        with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(statement)


def test_objects_of_the_caller_are_not_read_with_the_owners_rights(cast: Cast) -> None:
    with (
        databases.temporary_tables(),
        acting_as(tenant_id=cast.acme.pk),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            """
            CREATE FUNCTION pg_temp.strike() RETURNS uuid LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'struck as %', current_user; END $$;
            CREATE TEMP VIEW trap AS SELECT pg_temp.strike() AS tenant_id, uuidv7() AS id, 1::bigint AS tx;
            GRANT SELECT ON trap TO PUBLIC
            """
        )
        with pytest.raises(ProgrammingError, match="trap is no record"), transaction.atomic():
            cursor.execute(
                "SELECT ledger_find_segments('trap', %s::uuid[], '[{\"patterns\": [\"%%a%%\"]}]', %s, %s, true, 10)",
                [[cast.acme.pk], UUID(int=0), UUID(int=(1 << 128) - 1)],
            )
        transaction.set_rollback(True)
