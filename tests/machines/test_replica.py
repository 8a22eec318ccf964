"""Reads on a streaming replica: who reads there, what is seen at once, and what happens when it lags or is lost."""

from __future__ import annotations

import threading
from io import StringIO
from typing import Any

import psycopg2
import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import Error, InternalError, connection, connections
from django.http import HttpResponse

from login_activity.models import LoginEvent
from tests.support.cast import sign_in
from tests.support.downloads.copies import wait_for
from tests.support.records import load
from wisely_security.core.request_context import acting_as
from wisely_security.database.replication import own_writes, replica
from wisely_security.database.replication.alias_override import override_default
from wisely_security.database.replication.standing import standing

from .site import AUDIT_TRAIL, EVENTS, LOGIN_ACTIVITY, Site, asked_of_the_replica, before_it_answers, body

pytestmark = pytest.mark.long
EMBEDDED = connections["default"].settings_dict.copy()  # where the other tests are


class TestReads:
    @pytest.mark.parametrize("record", EVENTS)
    @pytest.mark.parametrize("below", ["", "chart/"])
    def test_of_both_records_go_there(self, site: Site, record: str, below: str) -> None:
        alice = site.reader()
        with asked_of_the_replica() as statements:
            assert alice.get(record + below).status_code == 200
        assert EVENTS[record] in "".join(statements)

    def test_of_a_download_go_there(self, site: Site) -> None:
        alice = site.reader()
        site.replica.pause()
        group = site.somebody_adds_a_group()
        assert group not in body(alice.get(f"{AUDIT_TRAIL}download/"))

    def test_of_support_go_there(self, site: Site) -> None:
        dana = sign_in(site.cast.dana)
        site.catch_up()
        with asked_of_the_replica() as statements:
            assert dana.get("/admin/login_activity/loginevent/").status_code == 200
        assert "login_activity_loginevent" in "".join(statements)

    def test_cost_one_small_statement(self, site: Site) -> None:
        alice = site.reader()
        with asked_of_the_replica() as statements:
            alice.get(LOGIN_ACTIVITY)
        rows, numbers = [True, False], [True, False]
        assert ["pg_last_wal_replay_lsn" in sql for sql in statements if "SELECT" in sql] == [*rows, *numbers]

    def test_see_the_rows_of_the_scope_alone(self, site: Site) -> None:
        sign_in(site.cast.alice)
        sign_in(site.cast.charlie)
        site.catch_up()

        def tenants() -> set[Any]:
            assert connection.alias == "replica"
            return set(LoginEvent.objects.values_list("tenant_id", flat=True))

        assert replica.read(tenants) == set()
        for tenant in (site.cast.acme, site.cast.globex):
            with acting_as(tenant_id=tenant.pk):
                assert replica.read(tenants) == {tenant.pk}

    def test_never_write(self, site: Site) -> None:
        with (
            override_default("replica"),
            acting_as(tenant_id=site.cast.acme.pk),
            pytest.raises(InternalError, match="read-only"),
        ):
            site.cast.bob.save()


class TestWhatOneHasJustDone:
    """The replica stands still."""

    def test_is_seen_at_once_and_what_others_have_done_a_moment_later(self, site: Site) -> None:
        alice = site.reader()
        site.replica.pause()
        others = site.somebody_adds_a_group()
        assert others not in body(alice.get(AUDIT_TRAIL))
        mine = site.adds_a_group(alice)
        page = body(alice.get(AUDIT_TRAIL))
        assert mine in page
        assert others in page

    def test_is_counted_in_the_chart(self, site: Site) -> None:
        alice = site.reader()
        site.replica.pause()
        before = body(alice.get(f"{AUDIT_TRAIL}chart/"))
        site.adds_a_group(alice)
        assert body(alice.get(f"{AUDIT_TRAIL}chart/")) != before

    def test_may_be_a_recorded_view(self, site: Site) -> None:
        alice = site.reader()
        site.replica.pause()
        address = f"192.0.2.{len(site.downloads())}"
        alice.get(AUDIT_TRAIL, {"q": address})
        assert address in body(alice.get(f"{LOGIN_ACTIVITY}download/"))

    def test_may_be_a_download_which_is_recorded_when_it_ends(self, site: Site) -> None:
        alice = site.reader()
        site.replica.pause()
        before = body(alice.get(f"{LOGIN_ACTIVITY}download/"))
        after = body(alice.get(f"{LOGIN_ACTIVITY}download/"))
        assert after.count("\r\n") == before.count("\r\n") + 1

    def test_is_read_from_the_replica_once_it_has_it(self, site: Site) -> None:
        alice = site.reader()
        mine = site.adds_a_group(alice)
        site.catch_up()
        with asked_of_the_replica() as statements:
            assert mine in body(alice.get(AUDIT_TRAIL))
        assert EVENTS[AUDIT_TRAIL] in "".join(statements)


class TestAReplicaThatLags:
    def test_is_not_read_from(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        alice = site.reader()
        site.replica.pause()
        others = site.somebody_adds_a_group()
        assert others not in body(alice.get(AUDIT_TRAIL))
        monkeypatch.setattr(replica, "LONGEST_LAG", 0)
        assert others in body(alice.get(AUDIT_TRAIL))

    def test_nor_is_one_that_has_become_a_primary(self, site: Site) -> None:
        connections["replica"].settings_dict["HOST"] = site.primary.socket
        alice = site.reader()
        with asked_of_the_replica() as statements:
            assert alice.get(AUDIT_TRAIL).status_code == 200
        assert EVENTS[AUDIT_TRAIL] not in "".join(statements)


class TestAReplicaThatIsLost:
    def test_is_missed_by_the_log_alone_and_used_when_it_is_back(
        self, site: Site, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        alice = site.reader()
        monkeypatch.setattr(replica, "TRY_AGAIN_AFTER", 3600)
        site.replica.kill()
        for address in (AUDIT_TRAIL, LOGIN_ACTIVITY, f"{AUDIT_TRAIL}chart/", f"{AUDIT_TRAIL}download/"):
            assert body(alice.get(address))
        assert [record.message.partition(";")[0] for record in caplog.records] == ["The replica is unavailable"]

        site.replica.start()
        site.catch_up()
        with asked_of_the_replica() as statements:
            alice.get(AUDIT_TRAIL)
        assert not statements  # it is left alone for a while
        monkeypatch.setattr(replica._known["main"], "next_try", 0.0)
        with asked_of_the_replica() as statements:
            alice.get(AUDIT_TRAIL)
        assert EVENTS[AUDIT_TRAIL] in "".join(statements)
        assert caplog.records[-1].message == "The replica is back."

    def test_in_the_middle_of_a_statement_is_replaced_by_the_primary(self, site: Site) -> None:
        alice = site.reader()
        with before_it_answers(EVENTS[AUDIT_TRAIL], site.replica.kill):
            assert "Alice Adams" in body(alice.get(AUDIT_TRAIL))

    def test_at_the_start_of_a_download_too(self, site: Site) -> None:
        alice, before = site.reader(), site.downloads()
        site.replica.kill()
        assert "Alice Adams" in body(alice.get(f"{LOGIN_ACTIVITY}download/"))
        assert site.downloads() == [*before, "downloaded"]

    def test_in_the_middle_of_a_download_leaves_it_plainly_incomplete(self, site: Site) -> None:
        alice, before = site.reader(), site.downloads()
        load(site.cast.acme.pk, 60_000, days=0.2)
        site.catch_up()
        response: Any = alice.get(f"{LOGIN_ACTIVITY}download/", {"period": "30d"})
        pieces = iter(response.streaming_content)
        next(pieces)
        next(pieces)  # the header has left, and there are rows
        site.replica.kill()
        with pytest.raises((Error, psycopg2.Error)):
            list(pieces)
        response.close()
        assert site.downloads() == [*before, "cut_short"]


def test_a_statement_that_stands_in_the_way_of_recovery_is_done_on_the_primary(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """An exclusive lock that is replayed ends reads of that table, after a time: here at once."""
    alice, table = site.reader(), EVENTS[AUDIT_TRAIL]

    def lock() -> None:
        wait_for(lambda: site.replica.ask("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == "1")
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE; COMMIT")
        connections["owner"].close()

    locking = threading.Thread(target=lock)
    with site.replica.waits_for_no_reader(), before_it_answers(table, locking.start, then="; SELECT pg_sleep(60)"):
        assert "Alice Adams" in body(alice.get(AUDIT_TRAIL))
    locking.join()
    [record] = caplog.records
    assert "conflict with recovery" in record.getMessage()
    with asked_of_the_replica() as statements:
        alice.get(AUDIT_TRAIL)
    assert table in "".join(statements)


class TestTheCheck:
    def check(self) -> None:
        call_command("check", databases=["replica"], stderr=StringIO(), stdout=StringIO())

    def test_takes_a_replica(self, site: Site) -> None:
        self.check()

    def test_refuses_the_primary(self, site: Site) -> None:
        connections["replica"].settings_dict["HOST"] = site.primary.socket
        with pytest.raises(SystemCheckError, match="it accepts writes"):
            self.check()

    def test_refuses_another_server(self, site: Site) -> None:
        connections["replica"].settings_dict.update({"HOST": EMBEDDED["HOST"], "NAME": EMBEDDED["NAME"]})
        with pytest.raises(SystemCheckError, match="is a different database"):
            self.check()

    def test_reports_that_it_does_not_answer(self, site: Site) -> None:
        site.replica.kill()
        with pytest.raises(SystemCheckError, match="does not respond"):
            self.check()


class TestTheOverviewOfCells:
    """``manage.py cells`` shows how far the replica is behind, or why it can't be used."""

    def test_one_that_has_everything_is_not_behind(self, site: Site) -> None:
        site.catch_up()
        assert standing() == (0.0, "")

    def test_one_that_lags_is(self, site: Site) -> None:
        site.replica.pause()
        sign_in(site.cast.alice)
        seconds, error = standing()
        assert seconds is not None and seconds > 0
        assert error == ""

    def test_one_that_accepts_writes_is_none(self, site: Site) -> None:
        connections["replica"].settings_dict["HOST"] = site.primary.socket
        assert standing() == (None, "it accepts writes.")

    def test_one_that_is_down_is_named(self, site: Site) -> None:
        site.replica.kill()
        seconds, error = standing()
        assert seconds is None and "connection to server" in error


def test_without_a_replica_there_is_nothing_to_do() -> None:
    with pytest.raises(MiddlewareNotUsed):
        own_writes.OwnWritesMiddleware(lambda _: HttpResponse())
