from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import Error, connection, transaction
from django.test import Client
from django.utils import timezone

from login_activity.models import LoginEvent
from tests.support.cast import Cast, sign_in
from wisely_security.core.request_context import acting_as

from .site import ROLES, TENANTS, USERS, WORKSPACE, edit, every_url, list_of


class TestTheAdminsOwnLog:
    def test_it_is_written_and_cannot_be_altered(self, dana: Client, cast: Cast) -> None:
        edit(dana, f"{USERS}{cast.bob.pk}/change/", name="Bob Braun")
        with acting_as(support=True), connection.cursor() as cursor:
            with pytest.raises(Error, match="permission denied"), transaction.atomic():
                cursor.execute("UPDATE django_admin_log SET object_repr = ''")
            cursor.execute("DELETE FROM django_admin_log")
            assert cursor.rowcount == 0
            cursor.execute("SELECT object_repr FROM django_admin_log")
            assert cursor.fetchall() == [("Bob Braun",)]

    def test_only_support_sees_it(self, dana: Client, cast: Cast) -> None:
        edit(dana, f"{USERS}{cast.bob.pk}/change/", name="Bob Braun")
        for tenant_id in (None, cast.acme.pk):
            with acting_as(tenant_id=tenant_id), connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM django_admin_log")
                assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("url", [USERS, TENANTS, ROLES, *map(list_of, WORKSPACE)])
def test_lists_take_a_bounded_number_of_queries(
    url: str, dana: Client, cast: Cast, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(16):
        assert dana.get(url).status_code == 200


@pytest.mark.parametrize(
    ("listed", "moment"),
    [(TENANTS, lambda cast: cast.acme.created_at), ("/admin/login_activity/loginevent/", lambda _: last_sign_in())],
)
def test_times_are_written_in_one_way_and_their_zone_is_shown(
    listed: str, moment: Callable[[Cast], datetime], dana: Client, cast: Cast
) -> None:
    page = dana.get(listed).content.decode()
    assert f"times in {cast.dana.time_zone}" in page
    shown = timezone.localtime(moment(cast), ZoneInfo(cast.dana.time_zone))
    assert re.search(rf">{shown:%-d %b %Y, %H:%M}(:\d\d)?<", page)


def last_sign_in() -> datetime:
    with acting_as(support=True):
        moment: datetime = LoginEvent.objects.filter(action="log_in").latest("id").occurred_at
        return moment


def test_pages_hold_nothing_that_the_content_security_policy_refuses(dana: Client, cast: Cast) -> None:
    sign_in(cast.bob)
    for url in [*every_url(cast), "/admin/login/", f"{USERS}add/?tenant={cast.acme.pk}"]:
        response = dana.get(url)
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            assert not re.search(
                r"<style|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)|javascript:", response.content.decode()
            ), url
