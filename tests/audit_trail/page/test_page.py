"""The page: its cost, the rows it shows, its groups and links, and the recorded view."""

from __future__ import annotations

import re
from html import unescape
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from audit_trail.report import links
from tests.audit_trail.records import put
from tests.support.cast import Cast, add_member, person, sign_in
from tests.support.statements import at_most
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Role, Tenant, User
from wisely_security.workspace.modules.business_groups import BusinessGroup

from .story import a_request, record_story

PAGE = "/settings/security/audit-trail/"
EVERY_FILTER = {
    "period": "30d",
    "module": "business_group",
    "sub_module": "group",
    "action": "edit",
    "actor": "system",
    "status": "success",
    "q": "sales",
}


@pytest.fixture
def erin_at_globex(cast: Cast) -> Client:
    """An aggregator's Super Admin who has switched to an enterprise below."""
    erin = sign_in(cast.erin)
    erin.post("/switch-tenant/", {"tenant": str(cast.globex.pk)})
    return erin


def as_member_with(cast: Cast, *permissions: str) -> Client:
    with acting_as(tenant_id=cast.acme.pk):
        role = Role.objects.create(tenant=cast.acme, name="Auditor", permissions=list(permissions))
    frank = add_member(cast.acme, "developer", person("Frank Fox", "frank@acme.example"))
    with acting_as(tenant_id=cast.acme.pk):
        User.objects.filter(pk=frank.pk).update(role=role)
    return sign_in(frank)


@pytest.mark.parametrize("count", [0, 3, 50, 500])
@pytest.mark.parametrize("query", [{}, EVERY_FILTER], ids=["no filter", "every filter"])
class TestStatements:
    """At most eight, however many events there are."""

    def test_in_ones_own_tenant(self, alice: Client, cast: Cast, count: int, query: dict[str, str]) -> None:
        put(cast.acme.pk, [{"resource_id": cast.bob.pk, "resource_type": "user"}] * count)
        with at_most(8):
            page = alice.get(PAGE, query)
        if query:
            assert len(page.context["events"]) == min(count, 50)
        for link in ("older_url", "newer_url"):
            if page.context[link]:
                with at_most(8):
                    page = alice.get(page.context[link])

    def test_for_an_aggregator_in_an_enterprise(
        self, erin_at_globex: Client, cast: Cast, count: int, query: dict[str, str]
    ) -> None:
        put(cast.globex.pk, [{"resource_id": cast.charlie.pk, "resource_type": "user"}] * count)
        with acting_as(tenant_id=cast.globex.pk):
            Tenant.objects.filter(pk=cast.globex.pk).update(has_findings=True, has_notes=True)
        with at_most(8 if count or not query else 9):  # one more where nothing was found: the newest match elsewhere
            page = erin_at_globex.get(PAGE, query)
        assert min(count, 50) <= len(page.context["events"])


def shown(page: object) -> list[list[str]]:
    """The displayed cells of each row."""
    rows = re.findall(r'<tr class="event">(.*?)</tr>', page.content.decode(), re.DOTALL)  # type: ignore[attr-defined]
    return [
        [
            " ".join(unescape(re.sub(r"<[^>]+>", " ", cell.replace("<wbr>", ""))).split())
            for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)
        ]
        for row in rows
    ]


class TestRows:
    def test_columns_and_their_order(self, alice: Client) -> None:
        html = alice.get(PAGE).content.decode()
        assert re.findall(r'<th scope="col" class="column-\w+">(.*?)(?: <span class="zone">.*?)?</th>', html) == [
            "Actioned By", "Module", "Sub-module", "Action", "Date &amp; Time", "Resource Reference", "Status",
        ]  # fmt: skip

    def test_a_long_name_may_break_after_an_underscore(self, alice: Client, cast: Cast) -> None:
        record_story(cast.acme, cast.alice, cast.bob)
        assert ">order_<wbr>shipped (en)</" in alice.get(PAGE).content.decode()

    def test_rows_show_action_actor_and_resource(self, alice: Client, cast: Cast) -> None:
        record_story(cast.acme, cast.alice, cast.bob)
        rows = [[*row[:4], *row[5:7]] for row in shown(alice.get(PAGE, {"actor": str(cast.bob.pk)}))]
        assert rows == [
            ["Bob Brown", "Access Account", "Account", "Edit", "–", "Failure The role doesn’t allow this."],
            ["Bob Brown", "Templates", "Template", "Edit Body, Footer", "order_shipped (en)", "Success"],
            ["Bob Brown", "Templates", "Template", "Create", "order_shipped (en)", "Success"],
            ["Bob Brown", "Access Account", "Account", "Edit Channels, API key", "Shop", "Success"],
        ]

    def test_events_of_older_releases_stay_readable(self, alice: Client, cast: Cast) -> None:
        put(cast.acme.pk, [{"module": "faxes", "sub_module": "paper", "action": "shredded"}])
        assert shown(alice.get(PAGE))[0][1:4] == ["faxes", "paper", "shredded Name: Sale → Sales"]

    def test_recorded_values_are_never_markup(self, alice: Client, cast: Cast) -> None:
        record_story(cast.acme, cast.alice, cast.bob)
        html = alice.get(PAGE).content.decode()
        assert "Sales &amp; &lt;b&gt;Service&lt;/b&gt;" in html
        assert "<b>Service" not in html

    def test_another_tenants_events_are_not_shown(self, alice: Client, cast: Cast) -> None:
        record_story(cast.globex, cast.charlie, cast.charlie)
        html = alice.get(PAGE).content.decode()
        assert "Charlie" not in html
        assert "Region West" not in html


def may_all(permission: str) -> bool:
    return True


class TestLinksToRecords:
    def test_there_is_none_without_the_permission_to_open_it(self, cast: Cast) -> None:
        story = record_story(cast.acme, cast.alice, cast.bob)
        reader = as_member_with(cast, "audit_trail.view", "templates.view")
        page = reader.get(PAGE)
        linked = set(re.findall(r'class="resource" href="([^"]+)"', page.content.decode()))
        assert linked
        assert all(reader.get(url).status_code == 200 for url in linked)
        of_group = next(event.url for event in page.context["events"] if event.event.resource_name == str(story.group))
        assert "Open the record" not in reader.get(of_group).content.decode()

    def test_there_is_one_while_the_record_exists(self, alice: Client, cast: Cast) -> None:
        story = record_story(cast.acme, cast.alice, cast.bob)
        html = alice.get(PAGE).content.decode()
        address = links.existing([("businessgroup", story.group.pk)], may_all)
        assert address == {}  # outside the tenant's scope nothing is visible
        with acting_as(tenant_id=cast.acme.pk):
            [url] = links.existing([("businessgroup", story.group.pk)], may_all).values()
        assert f'href="{url}"' in html
        with a_request(cast.acme, cast.alice):
            BusinessGroup.objects.filter(name="Region West").delete()
        rows = re.findall(r'<tr class="event">.*?</tr>', alice.get(PAGE).content.decode(), re.DOTALL)
        of_west = [row for row in rows if "Region West" in row]
        assert len(of_west) == 2
        assert all('class="resource" href' not in row for row in of_west)

    def test_existing_records_are_looked_up_in_one_statement(self, cast: Cast) -> None:
        story = record_story(cast.acme, cast.alice, cast.bob)
        keys = [("businessgroup", story.group.pk), ("template", story.template.pk), ("user", cast.bob.pk)]
        gone = [("businessgroup", uuid4()), ("fax", story.group.pk), ("user", cast.charlie.pk)]
        with acting_as(tenant_id=cast.acme.pk), at_most(1):
            assert set(links.existing([*keys, *gone], may_all)) == set(keys)
        with at_most(0):
            assert links.existing([("fax", story.group.pk)], may_all) == {}

    def test_a_second_page_for_the_same_model_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(links, "_places", {})
        links.declare("thing", BusinessGroup, str, "things.view")
        with pytest.raises(ImproperlyConfigured, match="twice"):
            links.declare("thing", BusinessGroup, str, "things.view")


class TestGroups:
    """Consecutive events of one request."""

    def groups(self, page: object) -> list[str]:
        html = page.content.decode()  # type: ignore[attr-defined]
        return [" ".join(words.split()) for words in re.findall(r'<span class="group-words">(.*?)</span>', html)]

    @pytest.fixture
    def bulk(self, cast: Cast) -> UUID:
        with a_request(cast.acme, cast.alice) as request_id:
            BusinessGroup.objects.bulk_create(
                BusinessGroup(tenant=cast.acme, name=f"Region {number}", owner=cast.alice) for number in range(60)
            )
        return request_id

    def test_are_listed_below_their_first_row(self, alice: Client, cast: Cast) -> None:
        record_story(cast.acme, cast.alice, cast.bob)
        page = alice.get(PAGE)
        assert self.groups(page) == ["and 3 more from the same request:", "and 1 more from the same request:"]
        html = page.content.decode()
        rows = html[html.index('<table class="rows') :]
        assert rows.count("<tbody") == rows.count("</tbody>") == 5

    def test_say_so_where_the_page_ends(self, alice: Client, bulk: UUID) -> None:
        page = alice.get(PAGE, {"module": "business_group"})
        assert self.groups(page) == ["and 49 more from the same request on this page:"]
        older = alice.get(page.context["older_url"])
        assert self.groups(older) == ["and 9 more from the same request on this page:"]

    def test_are_absent_when_filtered_by_request(self, alice: Client, bulk: UUID) -> None:
        page = alice.get(PAGE, {"request": str(bulk)})
        assert len(page.context["events"]) == 50
        assert self.groups(page) == []


class TestALookIsRecorded:
    def test_in_the_record_of_the_tenant_with_filters_and_rows(
        self, erin_at_globex: Client, cast: Cast, events
    ) -> None:
        put(cast.globex.pk, [{}] * 3)
        erin_at_globex.get(PAGE, {"status": "success", "module": "business_group", "period": "today"})
        [view] = [event for event in events(cast.globex, action="view") if event.detail["area"] == "Audit Trail"]
        assert view.user_name == "Erin Evans (Initech)"
        assert view.detail["rows"] == 3
        assert {"Status": "Success", "Module": "Business Group"}.items() <= view.detail["filters"].items()

    def test_a_view_of_the_coverage_page_is_recorded_too(self, alice: Client, cast: Cast, events) -> None:
        alice.get(f"{PAGE}coverage/")
        assert events(cast.acme, action="view")[-1].detail == {"area": "Audit Trail: what is recorded"}


class TestWhoMayDoWhat:
    def test_the_download_is_not_offered_to_those_who_may_only_view(self, cast: Cast) -> None:
        viewer = as_member_with(cast, "audit_trail.view")
        page = viewer.get(PAGE)
        assert page.context["download_url"] is None
        assert viewer.get(f"{PAGE}coverage/").status_code == 200
        assert viewer.get(f"{PAGE}download/").status_code == 403

    def test_those_who_may_only_download_see_no_page(self, cast: Cast) -> None:
        downloader = as_member_with(cast, "audit_trail.download")
        assert downloader.get(PAGE).status_code == downloader.get(f"{PAGE}coverage/").status_code == 403
        assert downloader.get(f"{PAGE}download/").getvalue()

    def test_the_address_is_the_same_in_both_editions(self, cast: Cast) -> None:
        for user in (cast.alice, cast.erin):
            page = sign_in(user).get(PAGE)
            assert page.status_code == 200
            assert f'<a href="{PAGE}" aria-current="page">' in page.content.decode()


def test_event_values_are_escaped(alice: Client, cast: Cast) -> None:
    texts = {name: f"{name}<b>'\"&" for name in ("resource_name", "reason", "label")}
    label = texts.pop("label")
    change = {"field": "name", "label": label, "before": "Sale", "after": "Sales"}
    put(cast.acme.pk, [{**texts, "status": "failure", "reason_code": "invalid", "changes": [change]}])
    html = alice.get(PAGE).content.decode()
    assert "<b>" not in html
    assert all(text in unescape(html) for text in [*texts.values(), label])
