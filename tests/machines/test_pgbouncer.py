"""The application behind PgBouncer in transaction mode: all of it on a single connection to the server, on which the
next transaction may be anybody's."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from django.core import mail
from django.db import connection, connections, transaction
from django.test import Client

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from tests.support.cast import Cast, sign_in
from tests.workspace.outbox.changes import change, deliver_all, group_of
from wisely_security.core.request_context import acting_as
from wisely_security.devserver.embedded.roles import APP_ROLE
from wisely_security.ledger.derived.projectors import behind, project
from wisely_security.tenancy.models import Tenant

from .servers import BOUNCER_PORT, needs_pgbouncer, pgbouncer, serving
from .site import AUDIT_TRAIL, EVENTS, LOGIN_ACTIVITY, body

pytestmark = needs_pgbouncer
AS_IT_WAS = {
    "wisely.tenant_id": "",
    "wisely.scope": "",
    "wisely.credential": "",
    "wisely.actor": "",
    "statement_timeout": "0",
    "enable_sort": "on",
    "TimeZone": "UTC",
    "transaction_isolation": "read committed",
    "transaction_read_only": "off",
}


@pytest.fixture
def socket(committed: None, folder: Path) -> Iterator[str]:
    server = str(connections["default"].settings_dict["HOST"])
    with (
        pgbouncer(server, folder / "bouncer", pool_size=1) as socket,
        serving("default", HOST=socket, PORT=BOUNCER_PORT),
    ):
        yield socket


@pytest.fixture
def cast(socket: str, committed_cast: Cast) -> Cast:
    return committed_cast


@pytest.fixture
def left_behind(socket: str) -> Iterator[None]:
    """Afterwards, a stranger on that connection finds nothing that somebody has left."""
    yield
    database = connections["default"].settings_dict["NAME"]
    stranger = psycopg2.connect(host=socket, port=BOUNCER_PORT, user=APP_ROLE, dbname=database)
    with closing(stranger), stranger.cursor() as cursor:
        cursor.execute("SELECT name, current_setting(name, true) FROM unnest(%s) AS name", [list(AS_IT_WAS)])
        assert {name: value or "" for name, value in cursor.fetchall()} == AS_IT_WAS
        for table in EVENTS.values():
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,)


def names_seen(tenant: Tenant) -> set[str]:
    with acting_as(tenant_id=tenant.pk), transaction.atomic():
        return set(LoginEvent.objects.values_list("user_name", flat=True))


@pytest.mark.usefixtures("left_behind")
class TestOneConnectionForAll:
    def test_pages_and_downloads_show_each_tenant_its_own(self, cast: Cast) -> None:
        alice, charlie = sign_in(cast.alice), sign_in(cast.charlie)
        for address in (LOGIN_ACTIVITY, f"{LOGIN_ACTIVITY}chart/", f"{LOGIN_ACTIVITY}download/", AUDIT_TRAIL):
            for person, name, other in ((alice, "Alice Adams", "Charlie"), (charlie, "Charlie Clark", "Alice")):
                shown = body(person.get(address))
                assert other not in shown
                assert name in shown

    def test_a_refused_sign_in_leaves_nothing(self, cast: Cast) -> None:
        Client().post("/sign-in/", {"username": cast.alice.email, "password": "wrong"})
        with acting_as(tenant_id=cast.acme.pk):
            assert LoginEvent.objects.get().reason == "wrong_password"

    def test_support_sees_all_and_the_next_one_does_not(self, cast: Cast) -> None:
        sign_in(cast.alice)
        dana = sign_in(cast.dana)
        assert "Alice Adams" in body(dana.get("/admin/login_activity/loginevent/"))
        assert names_seen(cast.globex) == set()

    def test_a_change_is_recorded_as_its_makers(self, cast: Cast) -> None:
        for person in (cast.alice, cast.charlie):
            added = sign_in(person).post("/settings/business-groups/add/", {"name": "Sales", "owner": person.pk})
            assert added.status_code == 302
            with acting_as(tenant_id=person.tenant_id):
                event = AuditEvent.objects.get(module="business_group", action="add")
                assert (event.actor_name, event.tenant_id) == (person.name, person.tenant_id)

    def test_events_of_others_are_not_found(self, cast: Cast) -> None:
        sign_in(cast.alice)
        with acting_as(tenant_id=cast.acme.pk):
            event = LoginEvent.objects.latest("id")
        charlie = sign_in(cast.charlie)
        assert charlie.get(f"{LOGIN_ACTIVITY}{event.pk}/").status_code == 404

    def test_many_at_once_see_their_own(self, cast: Cast) -> None:
        expected = {cast.acme: {"Alice Adams"}, cast.globex: {"Charlie Clark"}}
        for person in (cast.alice, cast.charlie):
            sign_in(person)

        def view(number: int) -> int:
            tenant = list(expected)[number % 2]
            with closing(connection), transaction.atomic(), connection.cursor() as cursor:
                assert names_seen(tenant) == expected[tenant]
                cursor.execute("SELECT pg_backend_pid()")
                return int(cursor.fetchone()[0])

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(view, range(40)))) == 1

    def test_e_mails_are_sent(self, cast: Cast) -> None:
        change(group_of(cast.bob), cast.alice, changed=["Name"])
        deliver_all()
        assert [message.to for message in mail.outbox] == [[cast.bob.email]]

    def test_events_are_followed(self, cast: Cast) -> None:
        sign_in(cast.alice)
        project()
        assert behind().total_seconds() == 0
