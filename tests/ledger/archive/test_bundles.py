"""Downloads with proof of months that come back from an archive, and of those beside months that are in one."""

from __future__ import annotations

from pathlib import Path

import pytest

from login_activity.report.declaration import REPORT
from tests.ledger.sealing.logs.tampering import forget_everything, seal_all
from tests.reports.downloads.bundles import checked, exported, member
from tests.support.records import a_tenant, put_at
from wisely_security.ledger.months.partitions import add_months
from wisely_security.ledger.sealing.verify_bundle import report

from .history import ODD, OLD, OLDER, first_and_last, name_of, run, sign_ins

WHOLE = f"from={OLDER}&to={add_months(OLD, 1)}"
MONTH = f"from={OLD}&to={OLD.replace(day=28)}"


@pytest.fixture(autouse=True)
def _sealing(settings, tmp_path: Path, no_events: None) -> None:
    settings.SIGNING_KEY = "00" * 21 + "A="
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    forget_everything()


def test_a_month_that_came_back_is_proved_as_before(tmp_path: Path) -> None:
    tenant = a_tenant()
    for month in (OLDER, OLD):
        sign_ins(month, [tenant, a_tenant()])
        put_at(tenant, first_and_last(month)[0], **ODD)
    seal_all()
    before, _ = exported(REPORT, tenant, WHOLE)
    run("archive_events", "--older-than", "12")
    nothing, _ = exported(REPORT, tenant, WHOLE)
    assert nothing.count(b"\r\n") == 1
    for month in (OLDER, OLD):
        run("restore_archive", name_of(month))
    again, bundle = exported(REPORT, tenant, WHOLE)
    assert member(bundle, "events.csv") == again == before
    check = checked(bundle, tmp_path)
    assert check.problems == [] and check.is_complete and check.rows == 8


def test_beside_a_month_that_left_completeness_ends_there(tmp_path: Path) -> None:
    tenant = a_tenant()
    for month in (OLDER, OLD):
        sign_ins(month, [tenant])
        seal_all()
    run("archive_events", "--older-than", "12")
    run("restore_archive", name_of(OLD))
    _, bundle = exported(REPORT, tenant, MONTH)
    check = checked(bundle, tmp_path)
    assert check.problems == [] and check.rows == 3 and not check.is_complete
    assert "NOT PROVED: that no event is missing at the start" in "\n".join(report(check, is_key_given=True))


def test_a_month_that_left_in_between_is_no_problem(tmp_path: Path) -> None:
    """Its events were sealed among those that stayed."""
    tenant = a_tenant()
    for month in (OLD, OLDER, OLD):
        sign_ins(month, [tenant])
        seal_all()
    run("archive_events", "--older-than", "12")
    run("restore_archive", name_of(OLD))
    _, bundle = exported(REPORT, tenant, MONTH)
    check = checked(bundle, tmp_path)
    assert check.problems == [] and check.rows == 6 and not check.is_complete
    assert "Completeness: cannot be proved" in "\n".join(report(check, is_key_given=True))
