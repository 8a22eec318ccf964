"""A download with its proof, of a record from which a person was erased: nothing of them is in it, and it holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit_trail.report.declaration import REPORT as AUDIT_TRAIL
from login_activity.report.declaration import REPORT as LOGIN_ACTIVITY
from tests.reports.downloads.bundles import checked, exported, member
from tests.support.cast import Cast
from wisely_security.ledger.sealing.verify_bundle import report
from wisely_security.reports.declaration import Report
from wisely_security.tenancy.models import User

from .life import MARKER, sealed
from .test_erase_person import erase, nora

__all__ = ["nora"]


@pytest.mark.parametrize("declared", [LOGIN_ACTIVITY, AUDIT_TRAIL], ids=lambda each: each.key)
def test_of_both_records(committed_cast: Cast, nora: User, tmp_path: Path, declared: Report) -> None:
    _, before = exported(declared, committed_cast.acme.pk)
    assert MARKER in member(before, "events.csv").decode()
    erase()
    sealed()
    ordinary, bundle = exported(declared, committed_cast.acme.pk)
    assert member(bundle, "events.csv") == ordinary
    for name in ("events.csv", "events.ndjson"):
        assert MARKER.lower() not in member(bundle, name).decode().lower()
    check = checked(bundle, tmp_path)
    assert check.problems == [] and check.is_complete
    assert check.erased and check.genuine
    text = "\n".join(report(check, is_key_given=True))
    assert f"Of {check.erased:,} of them a person has been erased." in text
    assert checked(before, tmp_path).problems == [], "what was downloaded before is proved as it was"
