"""What people decide about findings, and what is recorded of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.support.cast import Cast, add_member, person, sign_in
from tests.workspace.audit_assertions import AuditTrail, displayed_changes
from wisely_security.core.request_context import acting_as
from wisely_security.findings.models import Finding, FindingException
from wisely_security.tenancy.models import Role, Tenant

from .making import exception, new_country

PLACE = "/settings/security/findings/"


def decide(client: Client, finding: Finding, state: str, seen: str = "open", **typed: Any) -> Any:
    return client.post(f"{PLACE}{finding.pk}/decide/", {"state": state, "seen": seen, **typed})


def now(finding: Finding) -> Finding:
    with acting_as(tenant_id=finding.tenant_id):
        return Finding.objects.get(pk=finding.pk)


@pytest.mark.parametrize(
    ("state", "reason", "action", "changes"),
    [
        ("expected", "She is in Brazil.", "Mark as expected", [("State", "Open", "Expected")]),
        ("confirmed", "", "Confirm", [("State", "Open", "Confirmed")]),
    ],
)
def test_a_decision_is_one_event(cast: Cast, state: str, reason: str, action: str, changes: list[Any]) -> None:
    finding = new_country(cast.alice)
    alice, audit_trail = sign_in(cast.alice), AuditTrail(cast.acme)
    assert decide(alice, finding, state, reason=reason).status_code == 302
    [event] = audit_trail.new()
    assert (event.module_label, event.action_label, event.status) == ("Findings", action, "success")
    assert (event.resource_type, event.resource_name) == ("finding", "New country: Alice Adams")
    shown = [(each["label"], each.get("before"), each.get("after")) for each in displayed_changes(event)]
    assert shown == changes + ([("Reason", "", reason)] if reason else [])
    decided = now(finding)
    assert (decided.state, decided.reason, decided.decided_by) == (state, reason, "Alice Adams")
    with acting_as(tenant_id=cast.acme.pk):
        assert Tenant.objects.get(pk=cast.acme.pk).open_findings == 0


def test_it_can_be_opened_again(cast: Cast) -> None:
    finding = new_country(cast.alice)
    alice = sign_in(cast.alice)
    decide(alice, finding, "confirmed")
    audit_trail = AuditTrail(cast.acme)
    decide(alice, finding, "open", seen="confirmed")
    [event] = audit_trail.new()
    assert (event.action_label, now(finding).state, now(finding).decided_by) == ("Reopen", "open", "")


def test_what_is_excepted_is_not_reported_again(cast: Cast) -> None:
    finding = new_country(cast.alice)
    alice, audit_trail = sign_in(cast.alice), AuditTrail(cast.acme)
    decide(alice, finding, "expected", reason="Our office.", excepted=["network"])
    assert [(event.sub_module_label, event.action_label) for event in audit_trail.new()] == [
        ("Finding", "Mark as expected"),
        ("Exception", "Add"),
    ]
    later = new_country(cast.bob, "AR")
    assert (later.state, later.reason) == ("expected", "Our office.")
    assert later.decided_by == "Exception: New country: 177.32.8.0/24"
    elsewhere = new_country(
        cast.bob, "CL", facts={"person": str(cast.bob.pk), "network": "24.114.8.0/24", "device": ""}
    )
    assert elsewhere.state == "open"


def test_an_exception_can_be_added_later_and_deleted(cast: Cast) -> None:
    finding = new_country(cast.alice)
    alice = sign_in(cast.alice)
    decide(alice, finding, "expected", reason="Our office.")
    audit_trail = AuditTrail(cast.acme)
    decide(alice, finding, "expected", seen="expected", reason="Our office.", excepted=["person"])
    [event] = audit_trail.new()
    assert (event.action_label, event.resource_name) == ("Add", "New country: Alice Adams")
    with acting_as(tenant_id=cast.acme.pk):
        added = FindingException.objects.get()
    assert alice.post(f"{PLACE}exceptions/{added.pk}/delete/").status_code == 302
    [event] = audit_trail.new()
    assert (event.sub_module_label, event.action_label) == ("Exception", "Delete")


class TestRefusals:
    def test_expected_needs_a_reason(self, cast: Cast) -> None:
        finding = new_country(cast.alice)
        alice, audit_trail = sign_in(cast.alice), AuditTrail(cast.acme)
        response = decide(alice, finding, "expected")
        assert (response.status_code, now(finding).state) == (400, "open")
        assert "Say why this is expected." in response.content.decode()
        [event] = audit_trail.new()
        assert (event.action, event.reason_code) == ("expect", "invalid_input")

    def test_a_decision_that_has_been_made_meanwhile_is_not_overwritten(self, cast: Cast) -> None:
        finding = new_country(cast.alice)
        alice = sign_in(cast.alice)
        decide(alice, finding, "confirmed")
        audit_trail = AuditTrail(cast.acme)
        response = decide(alice, finding, "expected", reason="Too late.")
        assert (response.status_code, now(finding).state) == (409, "confirmed")
        assert "Alice Adams has decided meanwhile." in response.content.decode()
        assert [event.reason_code for event in audit_trail.new()] == ["conflict"]

    def test_whoever_may_only_view_decides_nothing(self, cast: Cast) -> None:
        finding = new_country(cast.alice)
        watcher = add_member(cast.acme, "mis", person("Wanda West", "wanda@acme.example"))
        with acting_as(tenant_id=cast.acme.pk):
            watcher.role = Role.objects.create(tenant=cast.acme, name="Watcher", permissions=["findings.view"])
            watcher.save()
        client, audit_trail = sign_in(watcher), AuditTrail(cast.acme)
        page = client.get(f"{PLACE}{finding.pk}/").content.decode()
        assert ("New country" in page, "Your decision" in page) == (True, False)
        assert decide(client, finding, "confirmed").status_code == 403
        [event] = audit_trail.new()
        assert (event.action, event.reason_code, now(finding).state) == ("confirm", "no_permission", "open")
        assert client.get(f"{PLACE}rules/").status_code == 403

    @pytest.mark.parametrize("who", ["charlie", "erin"])
    def test_another_tenants_finding_is_not_found(self, cast: Cast, who: str) -> None:
        finding = new_country(cast.alice)
        excepted = exception(finding)
        client = sign_in(getattr(cast, who))
        assert decide(client, finding, "confirmed").status_code == 404
        assert client.post(f"{PLACE}exceptions/{excepted.pk}/delete/").status_code == 404
        assert now(finding).state == "open"

    def test_an_aggregators_admin_only_views(self, cast: Cast) -> None:
        finding = new_country(cast.charlie)
        erin = sign_in(cast.erin)
        erin.post("/switch-tenant/", {"tenant": str(cast.globex.pk)})
        assert "Your decision" not in erin.get(f"{PLACE}{finding.pk}/").content.decode()
        assert decide(erin, finding, "confirmed").status_code == 403
        assert now(finding).state == "open"
