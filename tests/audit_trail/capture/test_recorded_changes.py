"""What the triggers record of a change: values, actions, keys, and TRUNCATE."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from audit_trail.models import AuditEvent
from audit_trail.registry import audited_as, audited_models
from audit_trail.triggers.display_values import LONGEST_TEXT
from tests.support.cast import Cast
from tests.workspace.samples import SAMPLES
from tests.workspace.samples.making import make
from wisely_security.core.request_context import acting_as
from wisely_security.devserver.embedded.roles import SUPERUSER
from wisely_security.ledger.models import NO_TENANT
from wisely_security.tenancy.models import Role, Tenant, User, UserStatus
from wisely_security.workspace.modules.access_accounts import AccessAccount
from wisely_security.workspace.modules.business_groups import BusinessGroup, BusinessGroupUser
from wisely_security.workspace.modules.business_profile import BusinessProfile
from wisely_security.workspace.modules.templates import Template
from wisely_security.workspace.modules.waba_numbers import WabaNumber

from . import truth
from .paths.outside import session
from .statements import events_of, run


def change(record: Model, **values: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """Update a record in one statement: by sub-module and action, each changed field with its recorded values."""
    known = {event.pk for event in events_of(record)}
    tenant_id: UUID = record.tenant_id  # type: ignore[attr-defined]
    with acting_as(tenant_id=tenant_id):
        type(record)._default_manager.filter(pk=record.pk).update(**values)
    return {
        (event.sub_module, event.action): {each.pop("field"): each for each in event.changes}
        for event in events_of(record)
        if event.pk not in known
    }


class TestWords:
    def test_choices_are_recorded_by_label_and_references_by_name(self, cast: Cast) -> None:
        old, new = (
            make(WabaNumber, cast.acme, display_name=name, number=f"+4411320000{n}") for n, name in enumerate("AB")
        )
        template = make(Template, cast.acme, number=old, fallback="sms")
        recorded = change(template, number=new, fallback="")
        assert recorded[("settings", "edit")]["number"]["before"] == "A (+44113200000)"
        assert recorded[("settings", "edit")]["number"]["after"] == "B (+44113200001)"
        assert recorded[("settings", "edit")]["fallback"]["before"] == "SMS"
        assert recorded[("settings", "edit")]["fallback"]["after"] == ""

    def test_empty_references_are_recorded_as_null(self, cast: Cast) -> None:
        template = make(Template, cast.acme)
        number = make(WabaNumber, cast.acme, display_name="Shop", number="+441132000000")
        assert change(template, number=number)[("settings", "edit")]["number"]["before"] is None
        assert change(template, number=None)[("settings", "edit")]["number"]["after"] is None

    @pytest.mark.parametrize(
        ("before", "after", "displayed"),
        [
            (["sms"], ["sms", "rcs"], {"added": ["RCS"], "removed": []}),
            (["sms", "rcs"], ["whatsapp"], {"added": ["WhatsApp"], "removed": ["SMS", "RCS"]}),
            (["sms", "rcs"], ["rcs", "sms"], {"before": "SMS, RCS", "after": "RCS, SMS"}),
            (["sms", "sms"], ["sms"], {"before": "SMS, SMS", "after": "SMS"}),
            (["sms"], [], {"added": [], "removed": ["SMS"]}),
        ],
    )
    def test_a_list_is_recorded_as_added_and_removed_items(
        self, cast: Cast, before: list[str], after: list[str], displayed: dict[str, Any]
    ) -> None:
        profile = make(BusinessProfile, cast.acme, channels=before)
        recorded = change(profile, channels=after)
        assert recorded == {("profile", "update"): {"channels": {"label": "Channels", **displayed}}}

    def test_a_secret_is_recorded_as_changed_without_its_content(self, cast: Cast) -> None:
        account = make(AccessAccount, cast.acme, key_hash="a" * 64)
        assert change(account, key_hash="b" * 64) == {
            ("account", "edit"): {"key_hash": {"label": "API key", "masked": True}}
        }
        assert "a" * 64 not in str([event.changes for event in events_of(account)])

    def test_a_very_long_text_is_shortened_with_its_length(self, cast: Cast) -> None:
        template = make(Template, cast.acme)
        displayed = change(template, body="é" * 100_000)[("template", "edit")]["body"]["after"]
        assert displayed == "é" * LONGEST_TEXT + "… (100000 characters)"

    @pytest.mark.parametrize(
        "text", ["'; DROP TABLE x --", '{"a": "\\u0000"}', "$hook$", "%s %(x)s", "\u202e\ufffd\U0001f600"]
    )
    def test_hostile_text_is_recorded_as_text(self, cast: Cast, text: str) -> None:
        template = make(Template, cast.acme)
        assert change(template, body=text)[("template", "edit")]["body"]["after"] == text

    def test_untracked_fields_record_no_event(self, cast: Cast) -> None:
        assert change(cast.bob, last_login="2026-01-01T00:00:00Z") == {}


class TestActions:
    def test_one_statement_records_one_event_per_action(self, cast: Cast) -> None:
        template = make(Template, cast.acme)
        recorded = change(
            template, body="New", content_status="approved", status="rejected", remark="No", track_clicks=True
        )
        assert {action: set(fields) for action, fields in recorded.items()} == {
            ("template", "edit"): {"body"},
            ("template_content", "approve_reject"): {"content_status", "remark"},
            ("template", "reject"): {"status"},
            ("settings", "edit"): {"track_clicks"},
        }

    def test_only_a_change_to_the_named_value_is_the_named_action(self, cast: Cast) -> None:
        template = make(Template, cast.acme, status="approved")
        assert set(change(template, status="in_review")) == {("template", "edit")}
        assert set(change(cast.bob, status=UserStatus.SUSPENDED)) == {("user", "suspend")}

    def test_a_role_change_is_make_admin_only_for_the_admin_role(self, cast: Cast) -> None:
        with acting_as(tenant_id=cast.acme.pk):
            roles = {role.key: role for role in Role.objects.all()}
        assert set(change(cast.bob, role=roles["admin"])) == {("user", "made_admin")}
        assert set(change(cast.bob, role=roles["mis"])) == {("user", "edited")}

    def test_a_new_super_admin_is_recorded_as_a_change_of_that_user(self, cast: Cast) -> None:
        with acting_as(tenant_id=cast.acme.pk):
            Tenant.objects.filter(pk=cast.acme.pk).update(super_admin=cast.bob, session_max_hours=5)
        [event] = events_of(cast.bob, action="made_admin")
        assert event.resource_name == "Bob Brown" and event.tenant_id == cast.acme.pk
        assert event.changes == [
            {"field": "super_admin", "label": "Super Admin", "before": "Alice Adams", "after": "Bob Brown"}
        ]

    @pytest.mark.usefixtures("cast")
    def test_users_without_a_tenant_are_recorded_without_a_tenant(self, cast: Cast) -> None:
        with acting_as(support=True):
            User.objects.filter(pk=cast.dana.pk).update(name="Dana Drew")
        assert {event.tenant_id for event in events_of(cast.dana)} == {NO_TENANT}

    def test_many_records_of_many_tenants_in_one_statement(self, cast: Cast) -> None:
        groups = [make(BusinessGroup, tenant) for tenant in (cast.acme, cast.globex, cast.initech)]
        with acting_as(support=True):
            before = rows()
            BusinessGroup.objects.update(description="All")
            run("SET CONSTRAINTS ALL IMMEDIATE")
            after = rows()
        recorded = [event for group in groups for event in events_of(group, action="edit")]
        assert truth.recorded(recorded) == truth.expected(before, after)
        assert [event.tenant_id for event in recorded] == [group.tenant_id for group in groups]


def rows() -> truth.Rows:
    with connection.cursor() as cursor:
        return truth.read_rows(cursor)


DELETED = [model for model in audited_models() if (audited := audited_as(model)) is None or audited.deleted]


class TestKeys:
    @pytest.mark.parametrize("assignment", ["id = uuidv7()", "tenant_id = %s"])
    @pytest.mark.parametrize("model", [BusinessGroup, BusinessGroupUser, WabaNumber, User])
    def test_key_and_tenant_of_a_record_never_change(self, cast: Cast, model: type[Model], assignment: str) -> None:
        record = make(model, cast.acme)
        params = [cast.globex.pk] if "%s" in assignment else []
        with (
            acting_as(support=True),
            pytest.raises(IntegrityError, match="never change"),
            transaction.atomic(),
        ):
            run(f"UPDATE {model._meta.db_table} SET {assignment} WHERE id = %s", *params, record.pk)


@pytest.mark.parametrize("model", DELETED, ids=lambda model: model.__name__)
def test_truncate_records_every_row_of_every_tenant(committed_cast: Cast, model: type[Model]) -> None:
    for kind in SAMPLES:
        for tenant in (committed_cast.acme, committed_cast.globex):
            make(kind, tenant)
    with session(SUPERUSER) as cursor:
        before = truth.read_rows(cursor)
        cursor.execute(f"TRUNCATE {model._meta.db_table} CASCADE; SELECT pg_current_xact_id()::text")
        [(tx,)] = cursor.fetchall()
        after = truth.read_rows(cursor)
    with acting_as(support=True):
        events = list(AuditEvent.objects.filter(tx=int(tx)))
    expected = truth.expected(before, after)
    assert truth.recorded(events) == expected
    assert len({recorded.tenant for recorded in expected}) > 1
