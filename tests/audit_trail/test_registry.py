"""Everything is declared once: duplicate and unknown declarations raise at start-up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from audit_trail import registry
from audit_trail.registry import Audited, M2MAudit, Module, Transition, audited, exempt
from wisely_security.tenancy.models import Role, Session, User
from wisely_security.workspace.modules.business_groups import BusinessGroupUser
from wisely_security.workspace.modules.roles import EDIT


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo the declarations of a test."""
    for name in ("_modules", "_actions", "_audited", "_exempt"):
        monkeypatch.setattr(registry, name, dict(getattr(registry, name)))


@pytest.fixture
def module() -> Module:
    return Module("tested", "Tested", record=("thing", "Thing"))


def declare(model: Any = Session, **fields: Any) -> Audited:
    registry._exempt.pop(Session, None)
    return audited(model, **{"name": "{row}.id", "created": None, "changed": EDIT, "deleted": None, **fields})


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda module: Module("tested", "Other", record=("a", "A")), "module 'tested' .* twice"),
        (lambda module: Module("other", "Tested", record=("a", "A")), "module 'other' .* twice"),
        (
            lambda module: [module.action("edit", "Edit", "…"), module.action("edit", "Edit", "…")],
            "tested.thing.edit .* twice",
        ),
        (lambda module: module.action("edit", "Alter", "…"), "'edit' is called 'Edit' and 'Alter'"),
        (
            lambda module: module.action("edit", "Edit", "…", area=("role", "Rôle")),
            "'role' is called 'Role' and 'Rôle'",
        ),
        (lambda module: declare(Role), "Role is declared twice"),
        (lambda module: exempt(Role, "because"), "Role is declared twice"),
        (lambda module: exempt(BusinessGroupUser, "because"), "BusinessGroupUser is declared twice"),
        (lambda module: declare(masked=["nothing"]), "no field 'nothing'"),
        (lambda module: declare(untracked=["nothing"]), "no field 'nothing'"),
        (lambda module: declare(labels={"nothing": list}), "no field 'nothing'"),
        (lambda module: declare(transitions=(Transition(action=EDIT, field="nothing"),)), "no field 'nothing'"),
        (
            lambda module: declare(transitions=(Transition(action=EDIT, field="id", also=("nothing",)),)),
            "no field 'nothing'",
        ),
        (
            lambda module: declare(
                members=(M2MAudit(through=BusinessGroupUser, record="group", member="user", label="U"),)
            ),
            "BusinessGroupUser is declared twice",
        ),
        (
            lambda module: declare(
                registry._audited.pop(Role).model,
                members=(M2MAudit(through=Session, record="user", member="tenant", label="U"),),
            ),
            "Role has members",
        ),
        (
            lambda module: declare(changed=registry.Action(module, "thing", "Thing", "odd", "Odd", "…")),
            "Odd is not declared",
        ),
    ],
)
def test_a_wrong_declaration_is_refused(module: Module, wrong: Callable[[Module], Any], message: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=message):
        wrong(module)


def test_a_declaration_is_found_again(module: Module) -> None:
    action = module.action("polish", "Polish", "A thing was polished.", area=("surface", "Surface"))
    assert action in registry.actions() and action.name == ("tested", "surface", "polish")
    assert str(action) == "Tested, Surface: Polish"
    it = declare(
        changed=action, transitions=(Transition(action=EDIT, field="key_hash"), Transition(action=EDIT, field="user"))
    )
    assert registry.audited_as(Session) is it and it in registry.all_audited()
    assert it.update_actions == [action, EDIT]


def test_key_tenant_and_untracked_fields_are_not_recorded() -> None:
    names = {field.name for field in registry._audited[User].fields}
    assert "name" in names and not names & {"id", "tenant", "created_at", "last_login"}
