"""``manage.py check`` names models that are not audited, secrets that would be recorded, and missing triggers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connections

from audit_trail import registry
from audit_trail.triggers import checks
from wisely_security.tenancy.models import Session, User
from wisely_security.workspace.modules.access_accounts import AccessAccount


def test_the_project_passes(db: None) -> None:
    assert [error for error in run_checks(databases=["default"]) if str(error.id).startswith("audit_trail")] == []


def test_a_model_with_a_tenant_is_audited_or_exempted_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_exempt", _without(Session, registry._exempt))
    monkeypatch.setattr(registry, "_audited", _without(AccessAccount, registry._audited))
    errors = checks.every_model_with_a_tenant_is_known()
    assert {(error.id, error.obj) for error in errors} == {
        ("audit_trail.E001", Session),
        ("audit_trail.E001", AccessAccount),
    }


def _without(key: Any, known: dict[Any, Any]) -> dict[Any, Any]:
    return {each: value for each, value in known.items() if each is not key}


def test_a_secret_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    for model in (AccessAccount, User):
        monkeypatch.setitem(registry._audited, model, replace(registry._audited[model], masked=frozenset()))
    errors = {(error.id, error.msg.partition(" ")[0]) for error in checks.no_secret_is_told()}
    assert errors == {
        ("audit_trail.E002", "workspace.AccessAccount.key_hash"),
        ("audit_trail.E002", "tenancy.User.password"),
    }


@pytest.mark.usefixtures("committed")
def test_a_disabled_trigger_fails_the_check() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE tenancy_role DISABLE TRIGGER audit_trail_update")
    [error] = [error for error in run_checks(databases=["default"]) if error.id == "audit_trail.E003"]
    assert error.msg == "tenancy_role: the trigger audit_trail_update is disabled"
