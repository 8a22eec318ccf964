"""What is refused or fails in Django admin records one failure for the tenant and changes nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client

from audit_trail.models import AuditEvent
from audit_trail.registry import audited_as
from tests.support.cast import Cast
from tests.workspace.samples.making import make
from wisely_security.core.request_context import acting_as
from wisely_security.workspace.admin import RecordAdmin
from wisely_security.workspace.modules.access_accounts import AccessAccount
from wisely_security.workspace.modules.business_groups import BusinessGroup
from wisely_security.workspace.modules.business_profile import BusinessProfile
from wisely_security.workspace.modules.templates import Template
from wisely_security.workspace.modules.waba_numbers import MessageLink, WabaNumber

from .site import SUPPORTED, TENANTS, WORKSPACE, AuditTrail, edit, list_of, opened, sign_in_as_support


def row(model: Any, pk: Any) -> Any:
    with acting_as(support=True):
        return model.objects.filter(pk=pk).values().first()


def failed_edit(audit_trail: AuditTrail, model: Any, record: Any) -> AuditEvent:
    event = audit_trail.only()
    assert (event.module, event.sub_module, event.action) == audited_as(model).changed.name  # type: ignore[union-attr]
    assert (event.status, event.actor_name) == ("failure", "Dana Diaz (Wisely support)")
    assert (event.resource_id, event.resource_name, event.changes) == (record.pk, str(record), [])
    return event


@pytest.mark.parametrize("model", WORKSPACE)
def test_invalid_input(dana: Client, cast: Cast, events, model: Any) -> None:
    record = make(model, cast.acme)
    before, audit_trail = row(model, record.pk), AuditTrail(cast.acme)
    response = edit(dana, f"{list_of(model)}{record.pk}/change/", **SUPPORTED[model].wrong)
    assert response.status_code == 200
    event = failed_edit(audit_trail, model, record)
    assert event.reason_code == "invalid_input"
    assert "192.0.2.1/8" not in event.reason
    assert row(model, record.pk) == before
    assert events(cast.acme, action="edit") == []


@pytest.mark.parametrize("model", [model for model, support in SUPPORTED.items() if support.unique])
def test_what_is_taken(dana: Client, cast: Cast, model: Any) -> None:
    other, record = make(model, cast.acme), make(model, cast.acme)
    before, audit_trail = row(model, record.pk), AuditTrail(cast.acme)
    unique = SUPPORTED[model].unique
    taken = {unique: getattr(other, unique)}
    assert edit(dana, f"{list_of(model)}{record.pk}/change/", **taken).status_code == 200
    assert failed_edit(audit_trail, model, record).reason_code == "duplicate"
    assert row(model, record.pk) == before


def test_a_second_profile(dana: Client, cast: Cast) -> None:
    profile = make(BusinessProfile, cast.acme)
    again = opened(dana, f"{list_of(BusinessProfile)}{profile.pk}/change/")
    audit_trail = AuditTrail(cast.acme)
    response = dana.post(f"{list_of(BusinessProfile)}add/?tenant={cast.acme.pk}", again)
    assert "The business profile is already set up." in response.content.decode()
    event = audit_trail.only()
    assert (event.action, event.reason_code, event.resource_id) == ("setup", "duplicate", None)


@pytest.mark.parametrize("model", WORKSPACE)
def test_a_crash(dana: Client, cast: Cast, monkeypatch, model: Any) -> None:
    record = make(model, cast.acme)
    before, audit_trail = row(model, record.pk), AuditTrail(cast.acme)
    url = f"{list_of(model)}{record.pk}/change/"
    form = opened(dana, url)
    name = {WabaNumber: "about", BusinessProfile: "city", AccessAccount: "label", Template: "header"}.get(model, "name")
    store = RecordAdmin.store

    def store_and_crash(*arguments: Any) -> None:
        store(*arguments)
        raise RuntimeError("out of luck")

    monkeypatch.setattr(RecordAdmin, "store", store_and_crash)
    dana.raise_request_exception = False
    response = dana.post(url, form | {name: "New"})
    assert response.status_code == 500
    event = failed_edit(audit_trail, model, record)
    assert (event.reason_code, str(event.request_id)) == ("error", response["X-Request-ID"])
    assert "luck" not in event.reason
    assert row(model, record.pk) == before


def test_a_crash_while_deleting(dana: Client, cast: Cast, monkeypatch) -> None:
    template = make(Template, cast.acme)
    audit_trail = AuditTrail(cast.acme)

    def crash(*_: Any) -> None:
        raise RuntimeError("out of luck")

    monkeypatch.setattr("wisely_security.workspace.admin.RecordAdmin.response_delete", crash, raising=False)
    dana.raise_request_exception = False
    assert dana.post(f"{list_of(Template)}{template.pk}/delete/", {"post": "yes"}).status_code == 500
    event = audit_trail.only()
    assert (event.action, event.reason_code, event.resource_name) == ("delete", "error", str(template))
    assert row(Template, template.pk)


def test_a_record_that_is_gone_meanwhile(committed_cast: Cast, monkeypatch) -> None:
    """What was chosen is deleted between the check of the form and the end of the transaction."""
    acme, dana = committed_cast.acme, sign_in_as_support()
    link, number = make(MessageLink, acme), make(WabaNumber, acme)
    url = f"{list_of(MessageLink)}{link.pk}/change/"
    form = opened(dana, url) | {"number": str(number.pk)}
    store = RecordAdmin.store

    def store_without_the_number(*arguments: Any) -> None:
        with ThreadPoolExecutor(max_workers=1) as elsewhere:
            elsewhere.submit(delete).result()
        store(*arguments)

    def delete() -> None:
        try:
            with acting_as(tenant_id=acme.pk):
                WabaNumber.objects.filter(pk=number.pk).delete()
        finally:
            connection.close()

    monkeypatch.setattr(RecordAdmin, "store", store_without_the_number)
    audit_trail = AuditTrail(acme)
    response = dana.post(url, form)
    assert response.status_code == 200
    assert "was changed successfully" not in response.content.decode()
    gone, failure = audit_trail.new()
    assert (gone.action, gone.status) == ("delete", "success")
    assert (failure.action, failure.status, failure.reason_code) == ("edit", "failure", "invalid_input")
    assert failure.reason == "Number: Choose one from the list."
    assert row(MessageLink, link.pk)["number_id"] == link.number_id


def test_two_add_the_same_at_once(committed_cast: Cast, monkeypatch) -> None:
    both_are_valid, store = Barrier(2, timeout=60), RecordAdmin.store

    def store_when_both_are_valid(*arguments: Any) -> None:
        both_are_valid.wait()
        store(*arguments)

    monkeypatch.setattr(RecordAdmin, "store", store_when_both_are_valid)
    url = f"{list_of(BusinessGroup)}add/?tenant={committed_cast.acme.pk}"

    def add(client: Client) -> int:
        try:
            response = edit(client, url, name="Sales", owner=str(committed_cast.bob.pk))
            return int(response.status_code)
        finally:
            connection.close()

    clients, audit_trail = [sign_in_as_support(), sign_in_as_support()], AuditTrail(committed_cast.acme)
    with ThreadPoolExecutor(max_workers=2) as threads:
        assert sorted(threads.map(add, clients)) == [200, 302]
    recorded = [(event.action, event.status, event.reason_code) for event in audit_trail.new()]
    assert sorted(recorded) == [("add", "failure", "duplicate"), ("add", "success", "")]


def test_a_refusal_leaves_nothing_in_the_admins_own_log(dana: Client, cast: Cast, seen_by_support) -> None:
    group = make(BusinessGroup, cast.acme)
    assert edit(dana, f"{list_of(BusinessGroup)}{group.pk}/change/", name="").status_code == 200
    assert not LogEntry.objects.exists()


def test_viewing_a_form_is_no_failure(dana: Client, cast: Cast) -> None:
    audit_trail = AuditTrail(cast.acme)
    assert dana.get(f"{TENANTS}{cast.acme.pk}/delete/").status_code == 403
    assert dana.get(f"{list_of(BusinessGroup)}add/?tenant={cast.acme.pk}").status_code == 200
    assert audit_trail.new() == []


@pytest.mark.parametrize("key", ["nonsense", "00000000-0000-7000-8000-000000000000", "\0"])
def test_a_record_that_does_not_exist(dana: Client, cast: Cast, key: str) -> None:
    audit_trail = AuditTrail(cast.acme)
    for page in ("change", "delete"):
        assert dana.post(f"{list_of(Template)}{key}/{page}/", {"post": "yes"}).status_code == 302
    assert audit_trail.new() == []
