"""The page of a person and the history of a record: what is on them, also of who and what is gone, and for whom."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from login_activity.vocabulary import Action
from tests.findings.making import new_country
from tests.support.cast import Cast, sign_in
from tests.support.statements import at_most
from tests.workspace.browsing import Visitor
from tests.workspace.samples.making import make
from wisely_security.core.request_context import acting_as
from wisely_security.investigation import record_page
from wisely_security.reports.pages.keyset import Page
from wisely_security.tenancy.models import User
from wisely_security.workspace.modules.business_groups import ADD, EDIT
from wisely_security.workspace.modules.consent_groups import ConsentGroup
from wisely_security.workspace.modules.users import EDITED

from .doing import did, key_of, reader_with


def person_url(key: object) -> str:
    return reverse("person", args=[key])


def sections(page: object) -> dict[str, list[str]]:
    return {
        each["title"]: [f"{moment.what} {moment.on}".strip() for moment in each["moments"]]
        for each in page.context["sections"]  # type: ignore[attr-defined]
    }


class TestAPerson:
    def test_sign_ins_and_changes_by_them_and_to_them(self, cast: Cast, alice: Client) -> None:
        did(cast.bob, Action.LOG_IN, Action.LOG_IN, (ADD, "North"))
        did(cast.alice, (EDITED, cast.bob))
        finding = new_country(cast.bob)
        page = alice.get(person_url(cast.bob.pk))
        assert sections(page) == {
            "Sign-ins": ["Log in"] * 3,
            "Changes made by them": ["Business Group: Add North"],
            "Changes made to them": ["Users: Edited Bob Brown", "Users: Invite Bob Brown"],
        }
        html = page.content.decode()
        assert finding.sentence in html.replace("&#x27;", "'")
        assert [usual.number for usual in page.context["person"].devices] == [3]
        assert "Active" in html and "Developer" in html
        for each in page.context["sections"]:
            assert alice.get(each["url"]).status_code == 200
            assert len(alice.get(each["url"]).context["events"]) == len(each["moments"])

    def test_somebody_who_is_gone_is_shown_by_what_events_carry(self, cast: Cast, alice: Client) -> None:
        did(cast.bob, Action.LOG_IN, (ADD, "North"))
        with acting_as(tenant_id=cast.acme.pk):
            User.objects.filter(pk=cast.bob.pk).delete()
        page = alice.get(person_url(cast.bob.pk))
        assert (page.context["person"].name, page.context["account"]) == ("Bob Brown", None)
        assert "No account" in page.content.decode()
        assert sections(page)["Sign-ins"] == ["Log in"]

    def test_of_one_record_only_that_part_and_of_the_account_what_the_role_allows(self, cast: Cast) -> None:
        did(cast.bob, Action.LOG_IN, (ADD, "North"))
        page = sign_in(reader_with(cast.acme, "login_activity.view")).get(person_url(cast.bob.pk))
        assert list(sections(page)) == ["Sign-ins"]
        html = page.content.decode()
        assert "Audit Trail is not shown" in html
        assert ("Developer" in html, "Open sessions" in html) == (False, False)

    def test_nobody_else_is_found(self, cast: Cast, alice: Client) -> None:
        did(cast.charlie, Action.LOG_IN, (ADD, "Far"))
        for key in (cast.charlie.pk, cast.dana.pk, uuid4()):
            assert alice.get(person_url(key)).status_code == 404

    def test_the_cost(self, cast: Cast, alice: Client) -> None:
        did(cast.bob, Action.LOG_IN, (ADD, "North"))
        new_country(cast.bob)
        alice.get(person_url(cast.bob.pk))
        with at_most(11):
            alice.get(person_url(cast.bob.pk))


class TestARecord:
    def test_who_did_what_with_the_values_and_what_else_they_did(self, cast: Cast, alice: Client) -> None:
        """From the record to who changed it last, and on to their day: two clicks."""
        group = make(ConsentGroup, cast.acme, name="Old")
        visitor = Visitor(alice).open(f"/settings/consent-groups/{group.pk}/edit/")
        visitor.press({"Name": "New"})
        visitor.open(f"/settings/consent-groups/{group.pk}/").follow_in_page("History")
        assert "History of New" in visitor.text
        assert "Last changed by Alice Adams" in visitor.text
        assert "Name Old New" in visitor.text
        assert "Then called Old" in visitor.text
        links = {label.partition(":")[0]: address for label, address in visitor.links(visitor.main).items()}
        assert "New" in visitor.open(links["By this person, that day"]).text
        assert "Session of Alice Adams" in visitor.open(links["In this session"]).text

    def test_a_deleted_one_has_its_history(self, cast: Cast, alice: Client) -> None:
        did(cast.bob, (ADD, "North"), (EDIT, "North"))
        page = alice.get(reverse("resource_history", args=[key_of("North")]))
        assert [entry["moment"].event.action_label for entry in page.context["entries"]] == ["Edit", "Add"]
        assert page.context["resource_url"] == ""

    def test_one_whose_events_have_left_is_not_an_error(
        self, cast: Cast, alice: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = reverse("resource_history", args=[make(ConsentGroup, cast.acme, name="Old").pk])
        monkeypatch.setattr(record_page, "read_page", lambda *_: Page([], None, None))
        assert "their retention period is over" in alice.get(url).content.decode()
        assert alice.get(reverse("resource_history", args=[uuid4()])).status_code == 404

    def test_it_is_for_readers_of_the_audit_trail(self, cast: Cast) -> None:
        did(cast.bob, (ADD, "North"))
        url = reverse("resource_history", args=[key_of("North")])
        assert sign_in(reader_with(cast.acme, "login_activity.view")).get(url).status_code == 403
        assert sign_in(cast.charlie).get(url).status_code == 404

    def test_the_cost(self, cast: Cast, alice: Client) -> None:
        did(cast.bob, (ADD, "North"), (EDIT, "North"))
        new_country(cast.bob)
        with at_most(8):
            alice.get(reverse("resource_history", args=[key_of("North")]))
