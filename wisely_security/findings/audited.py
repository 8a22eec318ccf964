"""What people decide about findings, as the Audit Trail records it."""

from __future__ import annotations

from audit_trail.registry import Module, Transition, audited, exempt

from .models import Finding, FindingException, RuleSettings, State
from .rules import RULES

MODULE = Module("findings", "Findings", record=("finding", "Finding"))
EXPECT = MODULE.action("expect", "Mark as expected", "A finding was marked as expected, with a reason.")
CONFIRM = MODULE.action("confirm", "Confirm", "A finding was confirmed: what it shows should not have happened.")
REOPEN = MODULE.action("reopen", "Reopen", "A finding that had been decided on was opened again.")
EDIT = MODULE.action("edit", "Edit", "A finding was changed in the database.", direct=True)
EXCEPTION = ("finding_exception", "Exception")
ADD_EXCEPTION = MODULE.action("add", "Add", "Something was excepted from a rule.", area=EXCEPTION)
DELETE_EXCEPTION = MODULE.action("delete", "Delete", "An exception from a rule was deleted.", area=EXCEPTION)
EDIT_EXCEPTION = MODULE.action("edit", "Edit", "An exception was changed in the database.", area=EXCEPTION, direct=True)

DECIDED = {"state", "reason"}

audited(
    Finding,
    name="{row}.title",
    created=None,
    changed=EDIT,
    deleted=None,
    transitions=(
        Transition(action=EXPECT, field="state", to=(State.EXPECTED,), also=("reason",)),
        Transition(action=CONFIRM, field="state", to=(State.CONFIRMED,), also=("reason",)),
        Transition(action=REOPEN, field="state", to=(State.OPEN,), also=("reason",)),
    ),
    untracked=[each.name for each in Finding._meta.concrete_fields if each.name not in {*DECIDED, "id", "tenant"}],
)
audited(
    FindingException,
    name="{row}.label",
    created=ADD_EXCEPTION,
    changed=EDIT_EXCEPTION,
    deleted=DELETE_EXCEPTION,
    untracked=["created_by", "created_at", "value", "kind"],
    labels={"rule": lambda: [(key, rule.title) for key, rule in RULES.items()]},
)
exempt(RuleSettings, "Changes of thresholds are in Login Activity, with other security settings.")
