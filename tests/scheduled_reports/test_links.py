"""What the link of a run leads to, for whom, and for how long."""

from __future__ import annotations

from datetime import timedelta

from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from audit_trail.models import AuditEvent
from login_activity.sign_ins.recorder import record
from login_activity.vocabulary import Action, Reason
from tests.support.cast import Cast, sign_in
from tests.support.downloads.csv_files import EVENT_ID, read_csv
from wisely_security.core.request_context import acting_as
from wisely_security.scheduled_reports.models import ReportRun
from wisely_security.scheduled_reports.runs.running import run_due

from .making import LOGIN_ACTIVITY, a_report, a_view


def a_run(cast: Cast, **fields: object) -> str:
    """The address of its page. Its period includes today, which no schedule's does."""
    view = a_view(cast.acme, parameters=["period=custom", f"from={timezone.now().date()}", "status=failure"])
    a_report(cast, view=view, **fields)
    run_due()
    with acting_as(tenant_id=cast.acme.pk):
        return f"/settings/security/reports/{ReportRun.objects.get().pk}/"


def test_the_file_is_that_of_the_page_in_the_companys_time_zone_and_recorded(committed_cast: Cast, events) -> None:
    cast = committed_cast
    record(Action.LOG_IN, cast.bob, failed=Reason.WRONG_PASSWORD)
    record(Action.LOG_IN, cast.bob)
    at = a_run(cast, format="csv")
    alice = sign_in(cast.alice)
    with acting_as(tenant_id=cast.acme.pk):
        [run] = ReportRun.objects.all()
    response = alice.get(f"{at}file/")
    rows = read_csv(response.getvalue())
    assert [(row[0], row[5]) for row in rows] == [("Bob Brown", "Failure")]
    assert rows[0][1].endswith("+00:00")  # Alice is in Kolkata
    assert "acme-login-activity" in response["Content-Disposition"]
    download = events(cast.acme)[-1]
    assert (download.user_name, download.reason, download.detail["rows"]) == ("Alice Adams", "downloaded", 1)
    assert download.detail["filters"]["Status"] == "Failure"
    alice.post("/switch-time-zone/", {"zone": "utc"})  # as the company, so that it is the same day at every hour
    shown = alice.get(f"{LOGIN_ACTIVITY}download/?{'&'.join(run.parameters)}")
    assert [row[EVENT_ID] for row in read_csv(shown.getvalue())] == [row[EVENT_ID] for row in rows]


def test_later_changes_of_the_view_leave_what_was_sent_as_it_was(cast: Cast) -> None:
    at = a_run(cast, format="xlsx")
    with acting_as(tenant_id=cast.acme.pk):
        run = ReportRun.objects.select_related("report__view").get()
        run.report.view.parameters = ["period=today"]
        run.report.view.save()
    page = sign_in(cast.alice).get(at).content.decode()
    assert "Status: Failure." in page
    assert "Download Excel" in page


def test_it_needs_a_sign_in_the_permission_and_the_tenant(cast: Cast, events) -> None:
    at = a_run(cast)
    for url, area in ((at, "Scheduled report: Weekly"), (f"{at}file/", "Login Activity: download")):
        assert Client().get(url)["Location"] == f"/sign-in/?next={url}"
        assert sign_in(cast.charlie).get(url).status_code == 404
        assert sign_in(cast.erin).get(url).status_code == 404
        assert sign_in(cast.bob).get(url).status_code == 403
        refused = events(cast.acme)[-1]
        assert (refused.user_name, refused.reason, refused.detail["area"]) == ("Bob Brown", "no_permission", area)
    alice = sign_in(cast.alice)
    assert alice.get(at).status_code == 200
    assert alice.head(f"{at}file/").status_code == 405


def test_it_expires_and_says_where_the_events_are(cast: Cast) -> None:
    at = a_run(cast)
    with acting_as(tenant_id=cast.acme.pk):
        ReportRun.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    alice = sign_in(cast.alice)
    for url in (at, f"{at}file/"):
        page = alice.get(url)
        assert page.status_code == 410
        assert "This report has expired" in page.content.decode()
    assert sign_in(cast.bob).get(at).status_code == 403


def test_the_page_of_a_summary_compares_and_leads_to_the_events(cast: Cast, django_assert_max_num_queries) -> None:
    for _ in range(3):
        record(Action.LOG_IN, cast.bob, failed=Reason.WRONG_PASSWORD)
    at = a_run(cast)
    alice = sign_in(cast.alice)
    with django_assert_max_num_queries(12):  # two of them the savepoint of a test
        page = alice.get(at).content.decode()
    assert "<strong>3</strong>" in page
    assert f'href="{LOGIN_ACTIVITY}?period=custom' in page
    assert f"user={cast.bob.pk}" in page
    assert "Wrong password" in page


def test_a_report_that_is_deleted_takes_its_links_with_it(cast: Cast) -> None:
    at = a_run(cast)
    with acting_as(tenant_id=cast.acme.pk):
        ReportRun.objects.select_related("report").get().report.delete()
    assert sign_in(cast.alice).get(at).status_code == 404
    call_command("send_outbox", once=True, verbosity=0)
    with acting_as(tenant_id=cast.acme.pk):
        event = AuditEvent.objects.latest("id")
    assert event.reason == "The e-mail did not reach Alice Adams: the report was deleted"
