"""Saving filters as a view: whose it is, who sees it, and that it opens nothing by itself."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support.cast import Cast, add_member, person, sign_in
from tests.workspace.audit_assertions import AuditTrail
from wisely_security.core.request_context import acting_as
from wisely_security.scheduled_reports.models import SavedView
from wisely_security.tenancy.models import Role, Tenant

from .making import FAILURES, LOGIN_ACTIVITY, a_report, a_view, admin

QUERY = "?period=last-month&status=failure&before=&format=xlsx&utm_source=mail&from=2020-01-01"


def save(client: Client, name: str, query: str = QUERY, **more: str):
    sent = {"record": "login-activity", "query": query, "name": name, **more}
    return client.post(reverse("saved_view_add"), sent, follow=True)


def opened(client: Client, query: str = "") -> str:
    """The menu on a page with these filters."""
    shown = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{LOGIN_ACTIVITY}{query}"}
    return client.get(reverse("saved_views"), {"record": "login-activity"}, headers=shown).content.decode()


def test_the_menu_opens_on_a_page_whose_address_is_none(cast: Cast) -> None:
    a_view(cast.acme, cast.alice, name="Failures")
    shown = {"HX-Request": "true", "HX-Current-URL": "http://["}
    page = sign_in(cast.alice).get(reverse("saved_views"), {"record": "login-activity"}, headers=shown)
    assert (page.status_code, "Failures" in page.content.decode()) == (200, True)


def views(tenant: Tenant) -> list[SavedView]:
    with acting_as(tenant_id=tenant.pk):
        return list(SavedView.objects.select_related("owner"))


def reader(cast: Cast):
    """Somebody who may view Login Activity and download nothing."""
    with acting_as(tenant_id=cast.acme.pk):
        Role.objects.create(tenant=cast.acme, name="Reader", key="", permissions=["login_activity.view"])
        role = Role.objects.get(tenant=cast.acme, name="Reader")
        user = person("Rita Reed", "rita@acme.example", tenant=cast.acme, role=role)
        user.save()
    return user


def test_the_filters_are_saved_without_pages_formats_and_dates_that_follow(cast: Cast) -> None:
    alice, trail = sign_in(cast.alice), AuditTrail(cast.acme)
    page = save(alice, "  Failures   last month ")
    assert page.redirect_chain == [(f"{LOGIN_ACTIVITY}?period=last-month&status=failure", 302)]
    [view] = views(cast.acme)
    assert (view.name, view.parameters, view.owner, view.is_shared) == (
        *("Failures last month", FAILURES, cast.alice),
        False,
    )
    [event] = trail.new()
    assert (str(event), event.actor_name) == ("Saved Views: Add, Failures last month", "Alice Adams")
    menu = opened(alice, "?period=last-month&status=failure")
    assert "Failures last month</span>" in menu
    assert 'aria-current="true"' in menu


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("", ["period=7d"]),
        ("?q=failed last-month -action:view", ["period=last-month", "action=-view", "status=failure"]),
        ("?country=IN&country=BR&period=30d", ["period=30d", "country=BR,IN"]),
        ("?from=2026-10-05&from_time=08:00", ["from=2026-10-05T08:00"]),
    ],
)
def test_a_view_says_in_keys_what_its_filters_are(cast: Cast, query: str, parameters: list[str]) -> None:
    alice = sign_in(cast.alice)
    save(alice, "Keys", query)
    assert [view.parameters for view in views(cast.acme)] == [parameters]
    assert 'aria-current="true"' in opened(alice, query)


@pytest.mark.parametrize(
    ("name", "query", "message"),
    [
        ("FAILURES", QUERY, "A view with this name already exists."),
        ("Fai\u200blures\u2066", QUERY, "can’t be displayed"),
        (" ", QUERY, "This field is required."),
        ("Other", "?status=banana", "&quot;banana&quot; isn&#x27;t a status."),
        ("Other", "?nonsense=1", "isn&#x27;t a filter"),
        ("Other", f"?q={'x' * 5000}", "too many filters"),
    ],
)
def test_what_makes_no_sense_is_refused_shown_and_recorded(cast: Cast, name: str, query: str, message: str) -> None:
    a_view(cast.acme, cast.alice)
    alice, trail = sign_in(cast.alice), AuditTrail(cast.acme)
    page = save(alice, name, query)
    assert page.status_code == 400
    assert message in page.content.decode()
    [event] = trail.new()
    assert (event.action, event.status) == ("add", "failure")
    assert len(views(cast.acme)) == 1


def test_a_name_of_ones_own_is_free_beside_a_shared_one_and_unique_in_the_database(cast: Cast) -> None:
    a_view(cast.acme)
    alice = sign_in(cast.alice)
    assert save(alice, "failures").status_code == 200
    assert save(alice, "Failures", is_shared="on").status_code == 400
    with pytest.raises(IntegrityError, match="saved_view_name_unique"):
        a_view(cast.acme, name="FAILURES")


def test_saving_under_a_name_again_can_replace_the_filters(cast: Cast) -> None:
    a_view(cast.acme, cast.alice)
    alice, trail = sign_in(cast.alice), AuditTrail(cast.acme)
    assert "Replace the filters of “Failures”" in save(alice, "failures", "?period=30d").content.decode()
    trail.new()
    save(alice, "failures", "?period=30d", replace="1")
    assert [view.parameters for view in views(cast.acme)] == [["period=30d"]]
    [event] = trail.new()
    assert (event.action, event.changes[0]["label"]) == ("edit", "Filters")


def test_own_views_are_seen_by_nobody_else_and_shared_ones_by_who_may_view_the_record(cast: Cast) -> None:
    a_view(cast.acme, cast.alice, name="Only Alice’s")
    shared = a_view(cast.acme, name="Everybody’s")
    rita = sign_in(reader(cast))
    page = opened(rita)
    assert ("Everybody’s" in page, "Only Alice’s" in page, "Share with Acme" in page) == (True, False, False)
    [own] = [view for view in views(cast.acme) if view.owner]
    assert rita.get(reverse("saved_view_edit", args=[own.pk])).status_code == 404
    assert rita.post(reverse("saved_view_delete", args=[shared.pk])).status_code == 403
    assert save(rita, "Mine too", is_shared="on").status_code == 403
    assert save(rita, "Mine").status_code == 200
    assert sorted((view.name, view.is_shared) for view in views(cast.acme)) == [
        ("Everybody’s", True),
        ("Mine", False),
        ("Only Alice’s", False),
    ]


def test_a_view_is_renamed_shared_taken_back_and_deleted(cast: Cast) -> None:
    view = a_view(cast.acme, cast.alice)
    ann, alice, trail = sign_in(admin(cast)), sign_in(cast.alice), AuditTrail(cast.acme)
    at = reverse("saved_view_edit", args=[view.pk])
    alice.post(at, {"name": "All failures", "is_shared": "on"})
    [shared] = views(cast.acme)
    assert (shared.name, shared.owner) == ("All failures", None)
    ann.post(at, {"name": "All failures"})
    [taken] = views(cast.acme)
    assert taken.owner and taken.owner.name == "Ann Archer"
    ann.post(reverse("saved_view_delete", args=[view.pk]))
    assert views(cast.acme) == []
    assert [event.action for event in trail.new()] == ["edit", "edit", "delete"]


def test_a_view_that_a_report_uses_stays_and_stays_shared(cast: Cast) -> None:
    report = a_report(cast)
    alice, trail = sign_in(cast.alice), AuditTrail(cast.acme)
    at = reverse("saved_view_edit", args=[report.view_id])
    assert "so it stays shared" in alice.post(at, {"name": "Other"}).content.decode()
    page = alice.post(reverse("saved_view_delete", args=[report.view_id]), follow=True)
    assert "used by scheduled report “Weekly”" in page.content.decode()
    assert [(event.action, event.reason_code) for event in trail.new()] == [
        ("edit", "invalid_input"),
        ("delete", "in_use"),
    ]


def test_the_own_views_of_somebody_who_is_deleted_go_and_shared_ones_stay(cast: Cast) -> None:
    ann = admin(cast)
    a_view(cast.acme, ann, name="Hers")
    a_view(cast.acme, name="Everybody’s")
    with acting_as(tenant_id=cast.acme.pk), connection.cursor() as cursor:
        ann.delete()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert [view.name for view in views(cast.acme)] == ["Everybody’s"]


def test_a_filter_that_is_no_longer_valid_gives_the_ordinary_message(cast: Cast) -> None:
    view = a_view(cast.acme, cast.alice, parameters=["period=7d", "device=pager"])
    alice = sign_in(cast.alice)
    assert "isn&#x27;t a device" in alice.get(reverse("saved_view_edit", args=[view.pk])).content.decode()
    page = alice.get(f"{LOGIN_ACTIVITY}?period=7d&device=pager")
    assert page.status_code == 400
    assert "isn&#x27;t a device" in page.content.decode()


def test_an_aggregators_admin_uses_shared_views_of_an_enterprise_and_changes_none(cast: Cast) -> None:
    view = a_view(cast.globex, name="Of Globex")
    erin = sign_in(cast.erin)
    erin.post("/switch-tenant/", {"tenant": str(cast.globex.pk)})
    page = opened(erin)
    assert ("Of Globex" in page, "Save the filters as" in page) == (True, False)
    assert save(erin, "Erin’s").status_code == 403
    assert erin.post(reverse("saved_view_delete", args=[view.pk])).status_code == 403
    assert [each.name for each in views(cast.globex)] == ["Of Globex"]


def test_the_views_are_fetched_when_the_menu_is_opened_and_the_page_reads_none(cast: Cast) -> None:
    for number in range(12):
        a_view(cast.acme, cast.alice, name=f"View {'abcdefghijkl'[number]}")
    alice = sign_in(cast.alice)
    with CaptureQueriesContext(connection) as captured:
        page = alice.get(f"{LOGIN_ACTIVITY}?period=30d").content.decode()
    assert not [query for query in captured if "savedview" in query["sql"]]
    assert 'name="query" value="period=30d"' in page
    menu = opened(alice, "?period=90d&before=")
    assert menu.count("panel-item") == 12
    assert 'name="query" value="period=90d&amp;before="' in menu


def test_without_a_script_they_are_on_a_page_of_their_own(cast: Cast) -> None:
    a_view(cast.acme, name="Failures")
    a_view(cast.acme, cast.alice, name="Of users", record="audit-trail", parameters=["period=7d", "module=users"])
    alice = sign_in(cast.alice)
    page = alice.get(reverse("saved_views")).content.decode()
    assert f'href="{LOGIN_ACTIVITY}?period=last-month&amp;status=failure"' in page
    assert 'href="/settings/security/audit-trail/?period=7d&amp;module=users"' in page
    assert "Of users" not in alice.get(reverse("saved_views"), {"record": "login-activity"}).content.decode()
    assert alice.get(reverse("saved_views"), {"record": "nonsense"}).status_code == 404


def test_a_member_without_the_record_is_refused(cast: Cast) -> None:
    view, bob = a_view(cast.acme), sign_in(cast.bob)
    assert bob.get(reverse("saved_view_edit", args=[view.pk])).status_code == 403
    assert save(bob, "Bob’s").status_code == 403
    with acting_as(tenant_id=cast.acme.pk):
        add_member(cast.acme, "admin", cast.bob)
    assert save(bob, "Bob’s").status_code == 200


def test_a_view_of_another_tenant_is_not_found(cast: Cast) -> None:
    view = a_view(cast.acme)
    for stranger in map(sign_in, (cast.charlie, cast.erin)):
        for answer in (
            stranger.get(reverse("saved_view_edit", args=[view.pk])),
            stranger.post(reverse("saved_view_delete", args=[view.pk])),
        ):
            assert answer.status_code == 404
            assert "Failures" not in answer.content.decode()
    assert Client().get(reverse("saved_view_edit", args=[view.pk])).status_code == 302
