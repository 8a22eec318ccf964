"""The cells that verify_bundle.py writes from sealed events are those that COPY wrote: every column, every kind."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit_trail.report.declaration import REPORT as AUDIT_TRAIL
from audit_trail.report.labels import action_choices, module_choices, sub_module_choices
from audit_trail.vocabulary import ActorKind
from login_activity.report.declaration import REPORT as LOGIN_ACTIVITY
from tests.audit_trail import records as changes_records
from tests.ledger.sealing.bundles.bundles import zipped
from tests.ledger.sealing.logs.tampering import CHANGES, seal_all
from tests.support.hostile import hostile, hostile_rows
from tests.support.records import TABLE, a_tenant, append_rows, in_utc, put_at
from wisely_security.ledger.sealing import verify_bundle
from wisely_security.ledger.sealing.verify_bundle import Check
from wisely_security.reports.declaration import Report
from wisely_security.reports.download import formulas

from .bundles import checked, exported, member

pytestmark = pytest.mark.usefixtures("sealing")
ZONES = ("UTC", "Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe", "America/New_York")


def is_proved(report: Report, tenant: Any, folder: Path, zone: str = "UTC") -> Check:
    csv, bundle = exported(report, tenant, zone=zone)
    assert member(bundle, "events.csv") == csv
    check = checked(bundle, folder)
    assert check.problems == []
    assert check.is_complete
    return check


def of(choices: list[tuple[str, str]]) -> st.SearchStrategy[str]:
    return st.sampled_from([*(key for key, _ in choices), "of_another_time"])


label = st.fixed_dictionaries({"field": st.just("x"), "label": hostile})
value = hostile | st.none()
names = st.lists(hostile, max_size=3)
change = st.one_of(
    *(
        st.builds(lambda one, other: one | other, label, st.fixed_dictionaries(kind))
        for kind in (
            {"before": value, "after": value},
            {"after": value},
            {"before": value},
            {"added": names, "removed": names},
            {"added": names},
            {"masked": st.just(True)},
        )
    )
)
hostile_changes = st.lists(
    st.fixed_dictionaries(
        {"changes": st.lists(change, max_size=4), "resource_name": hostile, "actor_name": hostile, "reason": hostile},
        optional={
            "module": of(module_choices()),
            "sub_module": of(sub_module_choices()),
            "action": of(action_choices()),
            "actor_kind": of(ActorKind.choices),
            "status": st.sampled_from(["success", "failure", "unheard"]),
            "ip": st.none() | st.ip_addresses().map(str) | st.just("2001:db8::/48"),
            "actor_id": st.uuids().map(str),
            "resource_id": st.uuids().map(str),
            "request_id": st.uuids().map(str),
            "reason_code": hostile,
            "actor_email": hostile,
            "resource_type": hostile,
        },
    ),
    min_size=1,
    max_size=12,
)
few = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


@few
@given(rows=hostile_rows.filter(bool), zone=st.sampled_from(ZONES))
def test_of_login_activity(committed: None, tmp_path: Path, rows: list[dict[str, Any]], zone: str) -> None:
    tenant = a_tenant()
    append_rows(tenant, rows)
    seal_all(TABLE)
    assert is_proved(LOGIN_ACTIVITY, tenant, tmp_path, zone).rows == len(rows)


@few
@given(rows=hostile_changes, zone=st.sampled_from(ZONES))
def test_of_the_audit_trail(committed: None, tmp_path: Path, rows: list[dict[str, Any]], zone: str) -> None:
    tenant, now = a_tenant(), in_utc(2026, 11, 20)
    for number, row in enumerate(rows):
        changes_records.put_at(tenant, now + timedelta(seconds=number), **row)
    seal_all(CHANGES)
    assert is_proved(AUDIT_TRAIL, tenant, tmp_path, zone).rows == len(rows)


def test_however_numbers_are_written(committed: None, tmp_path: Path) -> None:
    tenant, detail = a_tenant(), '{"b": [1.50, -2e-7, 123456789012345678901234567890, null, true, -3], "area": 1.500}'
    append_rows(tenant, [{"detail": detail, "user_name": "=1"}, {}, {"detail": '{"x": "-1", "y": -1.0}'}])
    seal_all(TABLE)
    assert is_proved(LOGIN_ACTIVITY, tenant, tmp_path).genuine == 3
    csv, bundle = exported(LOGIN_ACTIVITY, tenant)
    for before, after in ((b"1.50,", b"1.51,"), (b"'-1.0", b"-1.0"), (b"1.500", b"1.400"), (b"'-3", b"'-4")):
        assert before in csv
        files = {name: member(bundle, name) for name in verify_bundle.MEMBERS}
        files["events.csv"] = csv.replace(before, after)
        problems = verify_bundle.verify(zipped(files, tmp_path)).problems
        assert "Details changed" in problems[0] or "Area changed" in problems[0]


def test_at_changes_of_clocks_and_at_any_length(committed: None, tmp_path: Path) -> None:
    tenant = a_tenant()
    for month in range(1, 13):
        put_at(tenant, in_utc(2026, month, 1) + timedelta(hours=month, milliseconds=1))
    for hour in (5, 6, 7):  # of which one comes twice in New York
        for second in (0, 59):
            put_at(tenant, in_utc(2026, 11, 1, hour, 59, second), user_name="x" * 70_000, place='",\r\n' * 9_000)
    put_at(tenant, in_utc(2026, 11, 2), browser="b" * 20_000, user_id=None, request_id=None, ip=None, session="")
    seal_all(TABLE)
    for zone in ZONES:
        is_proved(LOGIN_ACTIVITY, tenant, tmp_path, zone)


@given(st.lists(st.text(st.sampled_from("=+-@＝'\t \n\r\",;x|→\xa0\u200b😀"), max_size=6), max_size=4))
def test_formulas_are_made_harmless_as_in_downloads(cells: list[str]) -> None:
    row = (",".join(map(verify_bundle.Quoted().__getitem__, cells)) + "\r\n").encode()
    assert verify_bundle.guarded(row) == formulas.disarm(row)


def test_the_file_has_the_signs_of_downloads() -> None:
    ours = formulas.SIGNS, formulas.SEPARATORS, formulas.TRIMMED
    assert ours == (verify_bundle.SIGNS, verify_bundle.SEPARATORS, verify_bundle.TRIMMED)
