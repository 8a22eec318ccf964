"""Support edits the workspace: every kind of resource, by the tenant's rules, recorded for the tenant."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from audit_trail.registry import audited_as
from tests.support.cast import Cast
from tests.workspace.samples.making import make
from wisely_security.ledger.models import NO_TENANT
from wisely_security.tenancy.models import User
from wisely_security.workspace.modules.access_accounts import AccessAccount
from wisely_security.workspace.modules.business_groups import BusinessGroup, BusinessGroupUser
from wisely_security.workspace.modules.templates import Review, Template
from wisely_security.workspace.modules.waba_numbers import MessageLink
from wisely_security.workspace.outbox.models import Notification

from .site import DELETED, SUPPORTED, TENANTS, WORKSPACE, AuditTrail, edit, list_of, opened, support_views

ADDED = [model for model, support in SUPPORTED.items() if support.adds]


def typed(cast: Cast, values: dict[str, Any]) -> dict[str, Any]:
    """With the keys of the chosen records, which are created if needed."""

    def key(value: Any) -> Any:
        if value is User:
            return str(cast.bob.pk)
        if isinstance(value, list):
            return [key(each) for each in value]
        return str(make(value, cast.acme).pk) if isinstance(value, type) else value

    return {name: key(value) for name, value in values.items()}


@pytest.mark.parametrize("model", ADDED)
def test_adding_is_recorded_for_the_tenant(dana: Client, cast: Cast, events, model: Any, seen_by_support) -> None:
    values = typed(cast, SUPPORTED[model].adds)
    audit_trail = AuditTrail(cast.acme)
    response = edit(dana, f"{list_of(model)}add/?tenant={cast.acme.pk}", **values)
    assert response.status_code == 302
    record = model.objects.get(tenant=cast.acme)
    event, action = audit_trail.only(), audited_as(model).created  # type: ignore[union-attr]
    assert (event.module, event.sub_module, event.action) == action.name  # type: ignore[union-attr]
    assert (event.status, event.actor_name) == ("success", "Dana Diaz (Wisely support)")
    assert (event.resource_id, event.resource_name) == (record.pk, str(record))
    assert events(cast.acme, action="edit") == []


@pytest.mark.parametrize("model", WORKSPACE)
def test_an_edit_is_recorded_for_the_tenant(dana: Client, cast: Cast, events, model: Any, seen_by_support) -> None:
    record = make(model, cast.acme)
    audit_trail = AuditTrail(cast.acme)
    assert edit(dana, f"{list_of(model)}{record.pk}/change/", **SUPPORTED[model].edits).status_code == 302
    event = audit_trail.only()
    assert (event.module, event.sub_module, event.action) == audited_as(model).changed.name  # type: ignore[union-attr]
    assert {change["field"] for change in event.changes} == set(SUPPORTED[model].edits)
    assert (event.status, event.actor_name) == ("success", "Dana Diaz (Wisely support)")
    assert events(cast.acme, action="edit") == []


@pytest.mark.parametrize("model", WORKSPACE)
def test_saving_without_a_change_records_nothing(dana: Client, cast: Cast, model: Any) -> None:
    record = make(model, cast.acme)
    audit_trail = AuditTrail(cast.acme)
    assert edit(dana, f"{list_of(model)}{record.pk}/change/").status_code == 302
    assert audit_trail.new() == []


@pytest.mark.parametrize("model", WORKSPACE)
def test_only_what_the_tenant_can_delete_is_deleted(dana: Client, cast: Cast, model: Any, seen_by_support) -> None:
    record = make(model, cast.acme)
    audit_trail = AuditTrail(cast.acme)
    response = dana.post(f"{list_of(model)}{record.pk}/delete/", {"post": "yes"})
    event = audit_trail.only()
    assert (event.action, event.resource_id, event.resource_name) == ("delete", record.pk, str(record))
    if model in DELETED:
        assert (response.status_code, event.status) == (302, "success")
    else:
        assert (response.status_code, event.status, event.reason_code) == (403, "failure", "no_permission")
    assert model.objects.filter(pk=record.pk).exists() == (model not in DELETED)


@pytest.mark.parametrize("model", WORKSPACE)
def test_views_are_recorded(dana: Client, cast: Cast, events, model: Any) -> None:
    record = make(model, cast.acme)
    dana.get(list_of(model), {"tenant": "acme"})
    dana.get(f"{list_of(model)}{record.pk}/change/")
    listed, page = support_views(events, cast.acme)
    assert (listed["rows"], listed["filters"]) == (1, {"Tenant": "Acme"})
    assert list(page["filters"].values()) == [str(record)]


@pytest.mark.parametrize("model", WORKSPACE)
def test_the_list_is_of_the_chosen_tenant_and_is_searched(dana: Client, cast: Cast, model: Any) -> None:
    ours, theirs = make(model, cast.acme), make(model, cast.globex)

    def listed(**query: str) -> set[Any]:
        return {record.pk for record in dana.get(list_of(model), query).context["cl"].result_list}

    assert {ours.pk, theirs.pk} <= listed()
    assert theirs.pk not in listed(tenant="acme")
    assert listed(q="globex") >= {theirs.pk}
    assert ours.pk not in listed(q="globex")
    name = audited_as(model).name.removeprefix("{row}.").partition(" ")[0]  # type: ignore[union-attr]
    assert listed(q=getattr(ours, name)) == {ours.pk}


@pytest.mark.parametrize("model", WORKSPACE)
@pytest.mark.parametrize("query", ["", "?tenant=nonsense", f"?tenant={NO_TENANT}"])
def test_adding_starts_at_a_tenant(dana: Client, model: Any, query: str) -> None:
    assert dana.get(f"{list_of(model)}add/{query}")["Location"] == TENANTS
    assert dana.post(f"{list_of(model)}add/{query}")["Location"] == TENANTS


@pytest.mark.parametrize("model", WORKSPACE)
def test_history_is_the_tenants_audit_trail_of_the_record(dana: Client, cast: Cast, model: Any) -> None:
    record = make(model, cast.acme)
    edit(dana, f"{list_of(model)}{record.pk}/change/", **SUPPORTED[model].edits)
    page = dana.get(f"{list_of(model)}{record.pk}/history/", follow=True)
    assert {event.resource_id for event in page.context["cl"].result_list} == {record.pk}
    assert len(page.context["cl"].result_list) == 2


class TestOfOneTenant:
    def test_choices_are_of_the_records_tenant(self, dana: Client, cast: Cast) -> None:
        html = dana.get(f"{list_of(BusinessGroup)}add/?tenant={cast.acme.pk}").content.decode()
        group = make(BusinessGroup, cast.acme)
        html += dana.get(f"{list_of(BusinessGroup)}{group.pk}/change/").content.decode()
        assert "Bob Brown" in html
        assert "Charlie Clark" not in html
        assert "Dana Diaz</" not in html.split('id="content"')[-1]

    def test_what_belongs_to_another_tenant_is_refused(self, dana: Client, cast: Cast, seen_by_support) -> None:
        group = make(BusinessGroup, cast.acme)
        audit_trail, elsewhere = AuditTrail(cast.acme), AuditTrail(cast.globex)
        url = f"{list_of(BusinessGroup)}{group.pk}/change/"
        assert edit(dana, url, owner=str(cast.charlie.pk), users=[str(cast.charlie.pk)]).status_code == 200
        event = audit_trail.only()
        assert (event.status, event.reason_code) == ("failure", "invalid_input")
        assert "Charlie" not in event.reason
        assert str(cast.charlie.pk) not in event.reason
        assert elsewhere.new() == []
        group.refresh_from_db()
        assert group.owner == cast.alice
        assert not BusinessGroupUser.objects.filter(group=group).exists()

    def test_the_tenant_of_a_record_stays(self, dana: Client, cast: Cast, seen_by_support) -> None:
        group = make(BusinessGroup, cast.acme)
        url = f"{list_of(BusinessGroup)}{group.pk}/change/?tenant={cast.globex.pk}"
        assert edit(dana, url, tenant=str(cast.globex.pk), name="Ours").status_code == 302
        group.refresh_from_db()
        assert (group.tenant, group.name) == (cast.acme, "Ours")


class TestTheRulesOfTheWorkspace:
    def test_a_groups_users_are_recorded_by_name_and_notified_by_e_mail(
        self, dana: Client, cast: Cast, seen_by_support
    ) -> None:
        group = make(BusinessGroup, cast.acme)
        audit_trail = AuditTrail(cast.acme)
        assert edit(dana, f"{list_of(BusinessGroup)}{group.pk}/change/", users=[str(cast.bob.pk)]).status_code == 302
        [change] = audit_trail.only().changes
        assert (change["label"], change["added"], change["removed"]) == ("Users", ["Bob Brown"], [])
        assert BusinessGroupUser.objects.get(group=group).tenant == cast.acme
        recorded = Notification.objects.filter(tenant=cast.acme)
        assert {each.kind for each in recorded} == {"owner", "users"}
        assert {each.actor_name for each in recorded} == {"Dana Diaz (Wisely support)"}

    def test_an_edited_template_goes_back_to_review(self, dana: Client, cast: Cast, seen_by_support) -> None:
        template = make(Template, cast.acme, content_status=Review.APPROVED, status=Review.APPROVED)
        assert edit(dana, f"{list_of(Template)}{template.pk}/change/", body="New").status_code == 302
        template.refresh_from_db()
        assert (template.content_status, template.status) == (Review.IN_REVIEW, Review.IN_REVIEW)

    def test_settings_need_no_review_and_are_recorded_as_settings(
        self, dana: Client, cast: Cast, seen_by_support
    ) -> None:
        template = make(Template, cast.acme, content_status=Review.APPROVED, status=Review.APPROVED)
        url, audit_trail = f"{list_of(Template)}{template.pk}/change/", AuditTrail(cast.acme)
        assert edit(dana, url, validity_minutes="0").status_code == 200
        assert edit(dana, url, validity_minutes="60").status_code == 302
        template.refresh_from_db()
        assert (template.status, template.validity_minutes) == (Review.APPROVED, 60)
        recorded = [(event.sub_module, event.action, event.status) for event in audit_trail.new()]
        assert recorded == [("settings", "edit", "failure"), ("settings", "edit", "success")]

    def test_a_new_short_link_cannot_be_guessed(self, dana: Client, cast: Cast, seen_by_support) -> None:
        values = typed(cast, SUPPORTED[MessageLink].adds)
        edit(dana, f"{list_of(MessageLink)}add/?tenant={cast.acme.pk}", **values)
        link = MessageLink.objects.get(tenant=cast.acme)
        assert len(link.code) == 22
        assert link.code in dana.get(f"{list_of(MessageLink)}{link.pk}/change/").content.decode()


class TestApiKeys:
    KEY = {"key_hash": "5ecret" * 10, "key_start": "wsk_5ecret42"}

    def test_no_part_of_a_key_is_shown_or_found(self, dana: Client, cast: Cast) -> None:
        account = make(AccessAccount, cast.acme, **self.KEY)
        pages = [list_of(AccessAccount), f"{list_of(AccessAccount)}{account.pk}/change/"]
        assert not any("5ecret" in dana.get(page).content.decode() for page in pages)
        assert not dana.get(list_of(AccessAccount), {"q": "wsk_5ecret"}).context["cl"].result_list
        assert dana.get(list_of(AccessAccount), {"key_hash__startswith": "5"}).status_code == 400

    def test_an_edit_keeps_the_key(self, dana: Client, cast: Cast, seen_by_support) -> None:
        account = make(AccessAccount, cast.acme, **self.KEY)
        form = opened(dana, f"{list_of(AccessAccount)}{account.pk}/change/")
        typed = {"label": "Shop", "key_hash": "f" * 64, "is_active": ""}
        assert dana.post(f"{list_of(AccessAccount)}{account.pk}/change/", form | typed).status_code == 302
        account.refresh_from_db()
        assert (account.label, account.key_hash, account.is_active) == ("Shop", self.KEY["key_hash"], True)

    def test_support_sets_up_none(self, dana: Client, cast: Cast, seen_by_support) -> None:
        audit_trail = AuditTrail(cast.acme)
        url = f"{list_of(AccessAccount)}add/?tenant={cast.acme.pk}"
        assert dana.get(url).status_code == 403
        assert audit_trail.new() == []  # nobody has attempted anything
        assert dana.post(url, {"label": "Shop"}).status_code == 403
        event = audit_trail.only()
        assert (event.action, event.reason_code) == ("setup", "no_permission")
        assert not AccessAccount.objects.exists()
