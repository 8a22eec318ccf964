"""Keyset paging: every event once and in order, in both directions, whatever is written meanwhile."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import pytest
from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from login_activity.models import LoginEvent
from tests.support.cast import Cast
from tests.support.records import a_tenant, append_many
from wisely_security.core.request_context import acting_as
from wisely_security.reports.pages.keyset import PAGE_SIZE, Page, read_page

URL = "/settings/identity-access/login-activity/"


def ids(tenant: UUID) -> list[UUID]:
    """All events of a tenant, newest first."""
    with acting_as(tenant_id=tenant):
        return [event.id for event in LoginEvent.objects.for_tenant(tenant).newest_first()]


def read(tenant: UUID, size: int = PAGE_SIZE, **query: object) -> Page:
    with acting_as(tenant_id=tenant):
        return read_page(LoginEvent.objects.for_tenant(tenant), QueryDict(urlencode(query)), size)


def walk(tenant: UUID, size: int = PAGE_SIZE) -> list[Page]:
    """From the newest page to the oldest."""
    pages = [read(tenant, size)]
    while pages[-1].older:
        pages.append(read(tenant, size, before=pages[-1].older))
    return pages


def walk_back(tenant: UUID, page: Page, size: int = PAGE_SIZE) -> list[Page]:
    pages = [page]
    while pages[-1].newer:
        pages.append(read(tenant, size, after=pages[-1].newer))
    return pages[::-1]


def shown(pages: list[Page]) -> list[UUID]:
    return [event.id for page in pages for event in page.rows]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 100, 500])
def test_there_and_back_each_event_is_on_one_page(count: int) -> None:
    tenant = a_tenant()
    append_many(tenant, count)
    pages = walk(tenant)
    assert shown(pages) == ids(tenant)
    assert len(pages) == max(1, -(-count // PAGE_SIZE))
    assert [len(page.rows) for page in pages[:-1]] == [PAGE_SIZE] * (len(pages) - 1)
    assert [shown([page]) for page in walk_back(tenant, pages[-1])] == [shown([page]) for page in pages]
    assert pages[0].newer is None
    assert pages[-1].older is None


@pytest.mark.django_db
@settings(max_examples=40)
@given(st.integers(0, 40), st.integers(1, 12))
def test_any_number_of_events_on_pages_of_any_size(count: int, size: int) -> None:
    tenant = a_tenant()
    append_many(tenant, count)
    pages = walk(tenant, size)
    assert shown(pages) == shown(walk_back(tenant, pages[-1], size)) == ids(tenant)


@pytest.mark.django_db
def test_events_that_come_meanwhile_repeat_nothing_and_skip_nothing() -> None:
    tenant = a_tenant()
    append_many(tenant, 120)
    before = ids(tenant)
    pages = [read(tenant)]
    while pages[-1].older:
        append_many(tenant, 7)
        pages.append(read(tenant, before=pages[-1].older))
    assert shown(pages) == before

    back = walk_back(tenant, pages[-1])
    everything = ids(tenant)
    assert set(shown(back)) == set(everything)
    assert shown([back[0]]) == everything[:PAGE_SIZE]


@pytest.mark.django_db
def test_paging_back_ends_at_the_newest_page() -> None:
    """Not at a page with only the few newer events."""
    tenant = a_tenant()
    append_many(tenant, 60)
    second = read(tenant, before=read(tenant).older)
    append_many(tenant, 3)
    middle = read(tenant, after=second.newer)
    assert (len(middle.rows), middle.newer) == (PAGE_SIZE, middle.rows[0].id)
    newest = read(tenant, after=middle.newer)
    assert newest == read(tenant)
    assert (len(newest.rows), newest.newer) == (PAGE_SIZE, None)
    assert read(tenant, after=newest.rows[0].id) == newest


@pytest.mark.django_db
def test_a_page_from_which_all_rows_have_gone_leads_back() -> None:
    """The older page of a period that has ended meanwhile."""
    tenant = a_tenant()
    append_many(tenant, 3)
    oldest = ids(tenant)[-1]
    page = read(tenant, before=oldest)
    assert (page.rows, page.older, page.newer) == ([], None, oldest)
    assert read(tenant, after=page.newer) == read(tenant)


@pytest.mark.django_db
def test_an_id_of_another_tenant_is_only_a_position() -> None:
    ours, theirs = a_tenant(), a_tenant()
    append_many(ours, 2)
    append_many(theirs, 1)
    append_many(ours, 2)
    [foreign] = ids(theirs)
    assert shown([read(ours, before=foreign)]) == ids(ours)[2:]
    assert shown([read(ours, after=foreign)]) == ids(ours)
    assert read(ours, before=UUID(int=foreign.int - 1)) == read(ours, before=foreign)


@pytest.mark.parametrize(
    "cursor", ["x", "1", "0" * 31, "' OR 1=1", "../..", "٣" * 32 + "x", "00000000-0000", "a" * 9_999]
)
def test_an_invalid_id_is_a_bad_request(cursor: str) -> None:
    for name in ("before", "after"):
        with pytest.raises(BadRequest):
            read_page(LoginEvent.objects.none(), QueryDict(urlencode({name: cursor})))


class TestLinks:
    def test_the_page_carries_its_filters_from_link_to_link(self, alice: Client, cast: Cast) -> None:
        append_many(cast.acme.pk, 120, status="failure", reason="wrong_password")
        seen: list[UUID] = []
        url: str | None = f"{URL}?status=failure&period=today&before="
        while url:
            response = alice.get(url)
            assert response.status_code == 200
            assert {event.event.status_label for event in response.context["events"]} == {"Failure"}
            seen += [id_of(event) for event in response.context["events"]]
            assert ("newer_url" in response.context and response.context["newer_url"] is not None) == (len(seen) > 50)
            url = response.context["older_url"]
            assert url is None or "period=today&status=failure" in url
        assert len(seen) == len(set(seen)) == 120

    def test_the_newest_page_has_no_link_to_newer_ones(self, alice: Client, cast: Cast) -> None:
        append_many(cast.acme.pk, 60, status="failure", reason="wrong_password")
        page = alice.get(URL, {"status": "failure"})
        assert page.context["newer_url"] is None
        assert not re.search(r'rel="prev"', page.content.decode())
        older = alice.get(page.context["older_url"])
        assert older.context["older_url"] is None
        assert alice.get(older.context["newer_url"]).context["newer_url"] is None

    @pytest.mark.parametrize("name", ["before", "after"])
    def test_a_bad_cursor_in_the_address_is_a_bad_request(self, alice: Client, name: str) -> None:
        assert alice.get(URL, {name: "garbage"}).status_code == 400
        assert alice.get(URL, {name: "\0"}).status_code == 400


def id_of(event: Any) -> UUID:
    return UUID(urlsplit(event.url).path.rstrip("/").rpartition("/")[2])
