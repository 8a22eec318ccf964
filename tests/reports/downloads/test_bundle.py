"""A CSV with its proof, from the button to the program that checks it offline."""

from __future__ import annotations

import csv
import io
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from login_activity.models import LoginEvent
from login_activity.report.declaration import REPORT as LOGIN_ACTIVITY
from tests.audit_trail.page.story import record_story
from tests.ledger.sealing.logs.tampering import CHANGES, seal_all, tamper
from tests.support.cast import Cast, sign_in
from tests.support.downloads.copies import CUT_SHORT, recorded_downloads
from tests.support.records import TABLE, append_many, in_utc, put_at
from wisely_security.ledger.sealing.bundles import record
from wisely_security.ledger.sealing.keys import new_key, signing_keys
from wisely_security.ledger.sealing.verify_bundle import Check, report

from .bundles import checked, exported, member, vkey

LOGINS = "/settings/identity-access/login-activity/"
TRAIL = "/settings/security/audit-trail/"
Events = Callable[..., list[LoginEvent]]
pytestmark = pytest.mark.usefixtures("sealing")


@pytest.fixture
def alice(committed_cast: Cast) -> Client:
    return sign_in(committed_cast.alice)


def download(client: Client, page: str = LOGINS, **query: str) -> bytes:
    response = client.get(f"{page}download/", {"format": "bundle", **query})
    assert response.status_code == 200, response.content.decode()
    assert response["Content-Type"] == "application/zip"
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def output_of(check: Check) -> str:
    return "\n".join(report(check, is_key_given=True))


def test_both_records_have_the_csv_of_every_day_with_its_proof(
    alice: Client, committed_cast: Cast, events: Events, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "BATCH", 7)
    record_story(committed_cast.acme, committed_cast.alice, committed_cast.bob)
    append_many(committed_cast.acme.pk, 40)
    for table in (TABLE, CHANGES):
        seal_all(table)
    for page, query in ((LOGINS, {"action": "log_in"}), (TRAIL, {})):
        assert "format=bundle" in alice.get(page, query).content.decode()
        ordinary = alice.get(f"{page}download/", query).getvalue()
        bundle = download(alice, page, **query)
        assert member(bundle, "events.csv") == ordinary
        check = checked(bundle, tmp_path, vkey(committed_cast, page.split("/")[-2]))
        assert check.problems == [] and check.rows == len(list(csv.reader(io.StringIO(ordinary.decode())))) - 1
        downloaded = events(committed_cast.acme, reason="downloaded")[-1]
        assert (downloaded.detail["rows"], downloaded.detail["format"]) == (check.rows, "CSV with proof")
        facts = unescape(alice.get(f"{LOGINS}{downloaded.pk}/").content.decode())
        assert "CSV with proof" in facts


def test_newer_events_are_left_out_and_counted(
    alice: Client, committed_cast: Cast, events: Events, tmp_path: Path
) -> None:
    append_many(committed_cast.acme.pk, 5)
    seal_all()
    append_many(committed_cast.acme.pk, 2, user_name="Newcomer")
    append_many(committed_cast.acme.pk, 3, status="failure", reason="wrong_password")
    bundle = download(alice, status="Success", action="log_in")
    check = checked(bundle, tmp_path)
    assert check.problems == [] and check.rows == 6  # and the sign-in
    assert b"Newcomer" not in member(bundle, "events.csv")
    assert "Not sealed yet: 2 newer events, which the rows do not include" in output_of(check)
    assert "Not sealed yet: 2 newer events" in member(bundle, "README.txt").decode()
    [downloaded] = events(committed_cast.acme, reason="downloaded")
    assert downloaded.detail["not sealed yet"] == 2
    assert "Left out, not sealed yet" in alice.get(f"{LOGINS}{downloaded.pk}/").content.decode()


class TestCompleteness:
    DAY = in_utc(2026, 3, 10)

    @pytest.fixture
    def tenant(self, committed_cast: Cast) -> Cast:
        """Five days with two events each; one of the fourth day was sealed last."""
        for hours in (0, 1, 24, 25, 48, 49, 72, 96, 97, 73):
            put_at(committed_cast.acme.pk, self.DAY + timedelta(hours=hours), user_name=f"After {hours} hours")
        seal_all()
        return committed_cast

    def test_of_every_period(self, tenant: Cast, tmp_path: Path) -> None:
        for first in range(9, 16):
            for last in range(first, 16):
                query = f"from=2026-03-{first:02}&to=2026-03-{last:02}"
                ordinary, bundle = exported(LOGIN_ACTIVITY, tenant.acme.pk, query)
                assert member(bundle, "events.csv") == ordinary
                check = checked(bundle, tmp_path)
                assert (check.problems, check.is_complete) == ([], True), query
                shown = member(bundle, "events.ndjson").count(b'"salt":"')
                assert shown == check.rows, "events around the period show nothing personal"

    def test_a_filter_proves_none(self, tenant: Cast, tmp_path: Path) -> None:
        check = checked(download(sign_in(tenant.alice), **{"from": "2026-03-10", "q": "hours"}), tmp_path)
        assert check.problems == [] and check.rows == 10
        assert "Filters: Search: hours" in output_of(check)
        assert not checked(download(sign_in(tenant.alice), **{"from": "2026-03-10", "q": "49"}), tmp_path).is_complete

    def test_an_event_that_was_deleted_is_missed(self, tenant: Cast, tmp_path: Path) -> None:
        tamper("DELETE FROM EVENTS WHERE user_name = 'After 49 hours'")
        check = checked(download(sign_in(tenant.alice), **{"from": "2026-03-10", "to": "2026-03-14"}), tmp_path)
        assert check.problems == ["proof: events are missing in the stretch of the log that should be whole"]

    def test_an_event_that_was_altered_is_named(
        self, tenant: Cast, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        tamper("UPDATE EVENTS SET user_name = 'Mallory' WHERE user_name = 'After 49 hours'")
        check = checked(download(sign_in(tenant.alice), **{"from": "2026-03-10"}), tmp_path)
        line, *others = check.problems
        assert line.startswith("events.ndjson, line 5 ") and "was changed, or is not the event that was sealed" in line
        assert any(each.startswith("events.csv, row 6 ") for each in others)
        assert "1 of security.example" in caplog.text and "are not what was sealed" in caplog.text


@pytest.mark.parametrize("lacking", ["key", "checkpoint"])
def test_where_nothing_is_sealed_a_page_says_why(
    settings, alice: Client, committed_cast: Cast, events: Events, lacking: str
) -> None:
    if lacking == "key":
        seal_all()
        settings.SIGNING_KEY, settings.SIGNING_KEY_FILE = "", settings.CHECKPOINT_DIR / "none"
    response = alice.get(f"{LOGINS}download/", {"format": "bundle", "q": "Pune"})
    html = unescape(response.content.decode())
    assert response.status_code == 409
    assert ("This site has no signing key" if lacking == "key" else "Not sealed yet") in html
    assert f'href="{LOGINS}?q=Pune">Back to Login Activity' in html
    assert recorded_downloads(events, committed_cast) == []


def test_a_bundle_that_was_cut_short_is_none(
    alice: Client, committed_cast: Cast, events: Events, tmp_path: Path
) -> None:
    append_many(committed_cast.acme.pk, 2_000, user_agent="x" * 500)
    seal_all()
    response = alice.get(f"{LOGINS}download/", {"format": "bundle"})
    begun = next(iter(response.streaming_content))  # type: ignore[attr-defined]
    response.close()
    assert begun.startswith(b"PK")
    assert recorded_downloads(events, committed_cast) == [CUT_SHORT]


def test_who_may_not_download_gets_none(alice: Client, committed_cast: Cast) -> None:
    seal_all()
    for page in (LOGINS, TRAIL):
        assert sign_in(committed_cast.bob).get(f"{page}download/", {"format": "bundle"}).status_code == 403


def test_an_aggregator_gets_what_the_csv_has_of_an_enterprise_it_manages(
    committed_cast: Cast, events: Events, tmp_path: Path
) -> None:
    append_many(committed_cast.acme.pk, 2)
    append_many(committed_cast.globex.pk, 3)
    seal_all()
    erin = sign_in(committed_cast.erin)
    erin.post("/switch-tenant/", {"tenant": str(committed_cast.globex.pk)})
    bundle = download(erin)
    check = checked(bundle, tmp_path)
    assert (check.problems, check.rows, check.is_complete) == ([], 3, True)
    assert [line[:8] for line in member(bundle, "events.csv").splitlines()[1:]] == [
        b"Person 2",
        b"Person 1",
        b"Person 0",
    ]
    assert check.checkpoint.origin == f"security.example/{committed_cast.globex.pk}/login-activity"
    [view] = events(committed_cast.globex, reason="downloaded")
    assert (view.user_name, view.detail["rows"]) == ("Erin Evans (Initech)", 3)


def test_after_a_rotation_the_key_in_use_has_signed_too(
    settings, alice: Client, committed_cast: Cast, tmp_path: Path
) -> None:
    seal_all()
    before = vkey(committed_cast)
    settings.SIGNING_KEYS_RETIRED, settings.SIGNING_KEY = [b64encode(signing_keys().public).decode()], new_key()
    bundle = download(alice)
    assert vkey(committed_cast) != before
    assert checked(bundle, tmp_path, vkey(committed_cast)).problems == []
