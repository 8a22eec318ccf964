"""While a tenant is being moved to another cell its people read a plain page, and nothing is written of it here."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from tests.support.cast import Cast, sign_in
from tests.support.records import append_many
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Tenant

PAGE = "/settings/identity-access/login-activity/"
DOWNLOAD = f"{PAGE}download/"
SENTENCES = {"frozen": "Your company’s data is being moved.", "departed": "Your company’s data has been moved."}


def put(tenant: Tenant, state: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE cells_residence SET state = %s WHERE tenant_id = %s", [state, tenant.pk])


def events_of(tenant: Tenant) -> set[UUID]:
    with acting_as(support=True):
        logins = LoginEvent.objects.filter(tenant_id=tenant.pk).values_list("id", flat=True)
        return {*logins, *AuditEvent.objects.filter(tenant_id=tenant.pk).values_list("id", flat=True)}


@pytest.fixture
def alice(committed_cast: Cast) -> Client:
    client = sign_in(committed_cast.alice)
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("state", SENTENCES)
def test_its_people_read_a_plain_page_and_nothing_is_written(alice: Client, committed_cast: Cast, state: str) -> None:
    acme = committed_cast.acme
    before = events_of(acme)
    put(acme, state)
    for answer in (
        alice.get(PAGE),
        alice.post(reverse("business_groups_add"), {"name": "New"}),
    ):
        assert answer.status_code == 503
        assert SENTENCES[state] in answer.content.decode()
    assert events_of(acme) == before


def test_others_notice_nothing(committed_cast: Cast) -> None:
    put(committed_cast.acme, "frozen")
    assert sign_in(committed_cast.charlie).get(PAGE).status_code == 200


@pytest.mark.parametrize("state", SENTENCES)
def test_a_download_that_outlives_the_move_does_not_pass_for_a_whole_one(
    alice: Client, committed_cast: Cast, state: str
) -> None:
    """Its closing event cannot be written here, and so its last bytes are not sent."""
    acme = committed_cast.acme
    append_many(acme.pk, 1_000, user_agent="x" * 400)
    answer = alice.get(DOWNLOAD, {"period": "today"})
    pieces = iter(answer.streaming_content)  # type: ignore[attr-defined]
    next(pieces)
    before = events_of(acme)
    put(acme, state)
    with pytest.raises(Exception, match=r"is being moved|does not live"):
        list(pieces)
    assert events_of(acme) == before
