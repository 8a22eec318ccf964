"""Permissions are checked again under the lock: they may have been revoked while waiting."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.support.cast import Cast, add_member, person, sign_in
from tests.workspace.audit_assertions import AuditTrail
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Role, Tenant, User, UserStatus
from wisely_security.workspace.pages.actions import ActionPage


@pytest.fixture
def carl(committed_cast: Cast) -> Client:
    return sign_in(add_member(committed_cast.acme, "admin", person("Carl Cox", "carl@acme.example")))


@pytest.mark.parametrize("loses", ["role", "status"])
def test_permissions_revoked_while_waiting_for_the_lock_no_longer_apply(
    committed_cast: Cast, carl: Client, loses: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What somebody else commits between the beginning of the request and its lock."""
    acme, bob, lock = committed_cast.acme, committed_cast.bob, ActionPage.lock

    def lock_late(page: ActionPage, pk: object) -> None:
        with acting_as(tenant_id=acme.pk):
            change = {"role": Role.objects.get(key="mis")} if loses == "role" else {"status": UserStatus.SUSPENDED}
            User.objects.filter(name="Carl Cox").update(**change)
        lock(page, pk)  # type: ignore[arg-type]

    audit_trail = AuditTrail(acme)
    monkeypatch.setattr(ActionPage, "lock", lock_late)
    assert carl.post(f"/settings/users/{bob.pk}/make-admin/", {}).status_code == 403
    [event] = [event for event in audit_trail.new() if event.status == "failure"]
    assert (event.action_label, event.reason_code) == ("Made Admin", "no_permission")
    with acting_as(tenant_id=acme.pk):
        assert User.objects.select_related("role").get(pk=bob.pk).role.key == "developer"  # type: ignore[union-attr]


def test_inserting_a_reference_to_the_tenant_does_not_wait(committed_cast: Cast) -> None:
    """A sign-in inserts a session that refers to the tenant, while somebody invites with a slow mail server."""
    tenant = committed_cast.acme.pk
    with acting_as(tenant_id=tenant), transaction.atomic():
        Tenant.objects.select_for_update(no_key=True).get(pk=tenant)
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
                cursor.execute("SELECT 1 FROM tenancy_tenant WHERE id = %s FOR KEY SHARE", [tenant])
                assert cursor.fetchall() == [(1,)]
        finally:
            other.close()
