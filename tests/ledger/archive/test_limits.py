"""What expires: whole months beyond the platform's limit or a tenant's own; by default nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError
from django.db import IntegrityError, connections
from django.test import Client

from tests.admin.site import TENANTS, edit, sign_in_as_support
from tests.support.cast import Cast
from tests.support.records import a_tenant, put_at
from wisely_security.core.request_context import acting_as
from wisely_security.environment import months
from wisely_security.ledger.archive import retention
from wisely_security.ledger.months.partitions import add_months
from wisely_security.tenancy.models import Tenant

from .history import (
    CHANGES,
    LOGINS,
    OLD,
    OLDER,
    TODAY,
    YOUNG,
    archives,
    change,
    has_partition,
    moment_in,
    run,
    sign_ins,
)


def test_by_default_nothing_is_ever_removed() -> None:
    sign_ins(OLD, [a_tenant()])
    assert run("archive_events") == "No events are past their retention period.\n"
    assert has_partition(LOGINS, OLD)


def test_each_record_has_a_limit_of_its_own(settings) -> None:
    settings.KEEP_MONTHS["login_activity"] = 12
    tenant = a_tenant()
    for month in (OLDER, OLD, YOUNG):
        sign_ins(month, [tenant])
        change(month, tenant)
    output = run("archive_events")
    assert output.count("archived as") == 2
    assert [has_partition(LOGINS, month) for month in (OLDER, OLD, YOUNG)] == [False, False, True]
    assert [has_partition(CHANGES, month) for month in (OLDER, OLD, YOUNG)] == [True, True, True]
    assert run("archive_events") == "No events are past their retention period.\n"


@pytest.mark.parametrize("months", [1, 5, 12])
def test_only_whole_months_are_removed(settings, months: int) -> None:
    settings.KEEP_MONTHS["login_activity"] = months
    kept, leaves = add_months(TODAY, -months), add_months(TODAY, -months - 1)
    for month in (kept, leaves):
        sign_ins(month, [a_tenant()])
    due = [each.partition.month for each in retention.expired_months(TODAY)]
    assert leaves in due
    assert kept not in due


def test_a_run_may_have_a_limit_of_its_own() -> None:
    sign_ins(OLD, [a_tenant()])
    sign_ins(YOUNG, [a_tenant()])
    run("archive_events", "--older-than", "12")
    assert [has_partition(LOGINS, month) for month in (OLD, YOUNG)] == [False, True]
    assert [each.rule for each in archives().values()] == ["The platform keeps 12 months."]


@pytest.mark.parametrize("typed", ["0", "-1", "x", "1.5"])
def test_a_limit_of_nothing_is_refused(typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="1 or more"):
        run("archive_events", f"--older-than={typed}")
    monkeypatch.setenv("KEEP_IT_MONTHS", typed)
    with pytest.raises(ImproperlyConfigured, match="1 or more"):
        months("KEEP_IT_MONTHS")


def test_a_dry_run_lists_what_would_be_removed_and_changes_nothing(people: Cast, archive_dir) -> None:
    acme = people.acme
    limit(acme, 4)
    sign_ins(OLD, [acme.pk, a_tenant()], each=2)
    put_at(acme.pk, moment_in(OLDER))
    output = run("archive_events", "--older-than", "12", "--dry-run")
    assert f"{LOGINS}_{OLDER:%Y_%m}: would be created, because the default partition holds events of it." in output
    assert (
        f"{LOGINS}_{OLD:%Y_%m}: 2 events of tenant {acme.pk} would be erased. The tenant asked for 4 months." in output
    )
    assert f"{LOGINS}_{OLD:%Y_%m}: 4 events, 0." in output
    assert "MB, would be archived. The platform keeps 12 months." in output
    assert has_partition(LOGINS, OLD)
    assert not has_partition(LOGINS, OLDER)
    assert not archive_dir.exists()


def test_events_of_months_without_a_partition_are_removed_too() -> None:
    tenant = a_tenant()
    put_at(tenant, moment_in(OLDER))
    put_at(tenant, moment_in(YOUNG))
    assert "because the default partition held events of it" in run("archive_events", "--older-than", "12")
    assert [each.rows for each in archives().values()] == [1]
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {LOGINS}_default")
        assert cursor.fetchone() == (1,)


def test_an_empty_month_leaves_no_archive() -> None:
    sign_ins(OLD, [])
    assert "dropped because it was empty" in run("archive_events", "--older-than", "12")
    assert archives() == {}
    assert not has_partition(LOGINS, OLD)


def test_nothing_is_removed_without_the_owner_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(connections.settings, "owner")
    for command in (["archive_events"], ["restore_archive", "x"], ["drop_restored", "x"]):
        with pytest.raises(CommandError, match="DATABASE_OWNER_URL"):
            run(*command)


class TestMonitoring:
    def warnings(self) -> Iterator[str]:
        return (each.msg for each in run_checks(databases=["default"], tags=["database"]) if each.id == "ledger.W001")

    def test_reports_an_expired_month(self, settings) -> None:
        settings.KEEP_MONTHS["login_activity"] = 12
        assert list(self.warnings()) == []
        sign_ins(OLD, [a_tenant()])
        [warning] = self.warnings()
        assert f"{LOGINS}_{OLD:%Y_%m}: The platform keeps 12 months." in warning
        run("archive_events")
        assert list(self.warnings()) == []

    def test_reports_events_beyond_a_tenants_limit(self, people: Cast) -> None:
        acme = people.acme
        limit(acme, 4)
        sign_ins(OLD, [a_tenant()])
        assert list(self.warnings()) == []
        sign_ins(OLD, [acme.pk])
        [warning] = self.warnings()
        assert f"tenant {acme.pk}: The tenant asked for 4 months." in warning
        run("archive_events")
        assert list(self.warnings()) == []


class TestTheTenantsLimit:
    def test_is_set_by_support_and_recorded_for_the_tenant(self, people: Cast, events) -> None:
        acme, dana = people.acme, sign_in_as_support()
        assert edit(dana, f"{TENANTS}{acme.pk}/change/", keep_months="12").status_code == 302
        [event] = events(acme, action="edit")
        assert event.detail["changes"] == {"Erase its events after": ["", "12"]}
        assert event.user_name == "Dana Diaz (Wisely support)"

    def test_leaves_time_to_notice(self, people: Cast) -> None:
        acme, dana = people.acme, sign_in_as_support()
        assert self._refuses(dana, acme)
        with pytest.raises(IntegrityError, match="keeps_some_months"):
            limit(acme, 2)

    def _refuses(self, dana: Client, tenant: Tenant) -> bool:
        response = edit(dana, f"{TENANTS}{tenant.pk}/change/", keep_months="2")
        return response.status_code == 200 and b"greater than or equal to 3" in response.content


def limit(tenant: Tenant, months: int) -> None:
    with acting_as(support=True):
        Tenant.objects.filter(pk=tenant.pk).update(keep_months=months)
