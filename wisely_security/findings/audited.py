"""What people decide about findings, as the Audit Trail records it."""

from __future__ import annotations

from audit_trail.registry import Module, Transition, audited, exempt

from .models import Alert, AlertSettings, AskSettings, Finding, FindingException, Question, RuleSettings, State
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
ALERT = MODULE.action("alert", "Alert", "Someone who may view findings was alerted of new ones by e-mail.", direct=True)
DIGEST = MODULE.action(
    "digest", "Send digest", "Someone who may view findings was sent the daily digest by e-mail.", direct=True
)
QUESTION = ("was_this_you", "Was this you?")
ASK = MODULE.action(
    "ask", "Ask", "A person was asked by e-mail whether a sign-in was theirs.", area=QUESTION, direct=True
)
ANSWER_YES = MODULE.action("yes", "Answer yes", "The person answered that the sign-in was theirs.", area=QUESTION)
ANSWER_NO = MODULE.action(
    "no", "Answer no", "The person answered that the sign-in was not theirs: their sessions ended.", area=QUESTION
)

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
exempt(Alert, "E-mails to people who may view findings: each outcome is recorded as an event of its finding.")
exempt(Question, "E-mails that ask people about a sign-in: the outcome and the answer are events of its finding.")
exempt(AlertSettings, "What each person has chosen: changes are in Login Activity, with other settings.")
exempt(AskSettings, "Changes are in Login Activity, with other security settings.")
exempt(RuleSettings, "Changes of thresholds are in Login Activity, with other security settings.")
