"""The outbox of a tenant is isolated."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.support.cast import Cast
from wisely_security.core.request_context import acting_as
from wisely_security.workspace.outbox.models import Notification, Recipient, What

from .changes import change, group_of, waiting


@pytest.mark.parametrize("model", [Notification, Recipient])
def test_only_its_own_tenant_sees_it(cast: Cast, model) -> None:
    change(group_of(cast.bob), cast.alice)
    with acting_as(tenant_id=cast.acme.pk):
        assert model.objects.count() == 1
    for scope in (cast.globex.pk, cast.initech.pk, None):
        with acting_as(tenant_id=scope):
            assert model.objects.count() == 0
            assert model.objects.update(tenant=cast.globex) == 0
            assert model.objects.all().delete()[0] == 0


def test_nothing_can_be_put_into_the_outbox_of_another_tenant(cast: Cast) -> None:
    group = group_of(cast.bob)
    group.tenant = cast.globex
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        change(group, cast.alice)


def test_a_recipient_belongs_to_the_tenant_of_the_notification(cast: Cast) -> None:
    change(group_of(cast.bob), cast.alice)
    [notification] = waiting(cast.acme)
    stranger = Recipient(
        may_open=False,
        tenant=cast.globex,
        notification=notification,
        name="X",
        email="x@globex.example",
        what=What.CHANGED,
    )
    with pytest.raises(IntegrityError), acting_as(tenant_id=cast.globex.pk), transaction.atomic():
        stranger.save()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_row_level_security_is_forced(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class "
            "WHERE oid IN ('outbox_notification'::regclass, 'outbox_recipient'::regclass)"
        )
        assert cursor.fetchall() == [(True,), (True,)]
