from __future__ import annotations

import re

import pytest
from django.db import Error, connection, transaction
from django.test import Client

from ..cast import Cast, sign_in
from .site import ROLES, TENANTS, USERS, edit, every_url


class TestTheAdminsOwnLog:
    def test_it_is_written_and_cannot_be_altered(self, dana: Client, cast: Cast) -> None:
        edit(dana, f"{USERS}{cast.bob.pk}/change/", name="Bob Braun")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_admin_log")
            assert cursor.fetchone() == (1,)
            for statement in ("UPDATE django_admin_log SET object_repr = ''", "DELETE FROM django_admin_log"):
                with pytest.raises(Error, match="permission denied"), transaction.atomic():
                    cursor.execute(statement)


@pytest.mark.parametrize("url", [USERS, TENANTS, ROLES])
def test_lists_take_a_bounded_number_of_queries(
    url: str, dana: Client, cast: Cast, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(16):
        assert dana.get(url).status_code == 200


def test_pages_hold_nothing_that_the_content_security_policy_refuses(dana: Client, cast: Cast) -> None:
    sign_in(cast.bob)
    for url in [*every_url(cast), "/admin/login/", f"{USERS}add/?tenant={cast.acme.pk}"]:
        response = dana.get(url)
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            assert not re.search(
                r"<style|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)|javascript:", response.content.decode()
            ), url
