"""Invalid, duplicate and missing input."""

from __future__ import annotations

import pytest

from tests.support.cast import Cast

from .action_matrix import Row
from .audit_assertions import AuditTrail, state_of
from .browsing import Typed, Visitor
from .failures.failing import BY_PEOPLE, ROWS, only_failure

INVALID: dict[str, tuple[Typed, dict[str, str]]] = {
    "Business Group, Group: Add": ({"Name": "", "Description": "x" * 301}, {
        "name": "This field is required.",
        "description": "Ensure this value has at most 300 characters (it has 301).",
    }),
    "Business Group, Group: Edit": ({"Name": " "}, {"name": "This field is required."}),
    "Business Profile, Profile: Setup": ({"Contact phone": "0113 200", "Contact e-mail": "pat"}, {
        "contact_phone": "Include the country code, for example +14155550123.",
        "contact_email": "Enter a valid email address.",
    }),
    "Business Profile, Profile: Update": ({"Country": "Choose one"}, {"country": "This field is required."}),
    "Access Account, Account: Setup": ({"Channels": [], "Allowed IPs": "10.0.0.0/8\n10.0.0.1/8"}, {
        "channels": "This field is required.",
        "allowed_ips": "Line 2: This isn’t an IP address or network. "
        "Enter 192.0.2.7, or 192.0.2.0/24 with zeros after the prefix.",
    }),
    "Access Account, Account: Edit": ({"Label": "", "Allowed IPs": "100%"}, {
        "label": "This field is required.",
        "allowed_ips": "Line 1: This isn’t an IP address or network. "
        "Enter 192.0.2.7, or 192.0.2.0/24 with zeros after the prefix.",
    }),
    "WABA Numbers, Number: Activate": ({"Number": "4155550123", "Website": "javascript:alert(1)"}, {
        "number": "Include the country code, for example +14155550123.",
        "website": "Enter a valid URL.",
    }),
    "WABA Numbers, Number: Edit": ({"About": "x" * 140}, {
        "about": "Ensure this value has at most 139 characters (it has 140).",
    }),
    "WABA Numbers, Message Links: Create": ({"Prefilled text": "x" * 141}, {
        "text": "Ensure this value has at most 140 characters (it has 141).",
    }),
    "WABA Numbers, Message Links: Edit": ({"Prefilled text": ""}, {"text": "This field is required."}),
    "Templates, Template: Create": ({"Name": "Order Shipped", "Body": "Your order {{2}}"}, {
        "name": "Use only lower-case letters, digits and underscores.",
        "body": "Number the placeholders from {{1}} upwards, without gaps.",
    }),
    "Templates, Template: Edit": ({"Body": "{{name}}"}, {"body": "Write placeholders as {{1}}, {{2}} and so on."}),
    "Templates, Template Content: Approve/Reject": ({"Remark": ""}, {"remark": "This field is required."}),
    "Templates, Template: Reject": ({"Remark": "  "}, {"remark": "This field is required."}),
    "Templates, Settings: Edit": ({"Deliver within (minutes)": "0"}, {
        "validity_minutes": "Ensure this value is greater than or equal to 1.",
    }),
    "Opt-in/Opt-out, Consent group: Create": ({"Channel": "RCS", "Number": "+0"}, {
        "channel": "Shop only sends by WhatsApp, SMS. Choose one of its channels.",
        "number": "Include the country code, for example +14155550123.",
    }),
    "Opt-in/Opt-out, Consent group: Edit/Update": ({"Answer to an opt-in": ""}, {
        "opt_in_response": "This field is required.",
    }),
    "Users, User: Edited": ({"Name": "Ella\u202esillE"}, {
        "name": "Character 5 can’t be displayed: U+202E right-to-left override. Delete it, or retype the text by hand.",
    }),
    "Users, User: Invite": ({"E-mail": "nora", "Role": "Choose one"}, {
        "email": "Enter a valid email address.",
        "role": "This field is required.",
    }),
    "Roles, Role: Add": ({"Name": "super ADMIN"}, {
        "name": "This name is reserved for the Super Admin. Choose another one.",
    }),
    "Roles, Role: Edit": ({"Name": ""}, {"name": "This field is required."}),
    "Integrity, Checkpoint receiver: Add": ({"Kind": "Witness", "Address": "http:// x", "Public key": "x"}, {
        "address": "Enter an address such as https://example.com/path.",
        "vkey": "Enter the public key of the witness, a line such as witness.example+0a1b2c3d+BAAB…",
    }),
    "Integrity, Checkpoint receiver: Edit": (
        {"Address": "audit@", "Public key": "x", "How often": "At most every 5 minutes"},
        {
            "address": "Enter a valid email address.",
            "vkey": "Only a witness has a public key.",
            "frequency": "E-mails are sent at most hourly.",
        },
    ),
}  # fmt: skip
TAKEN: dict[str, tuple[Typed, dict[str, str]]] = {
    "Business Group, Group: Add": ({"Name": "Sales"}, {"name": "A business group with this name already exists."}),
    "Business Group, Group: Edit": ({"Name": "ＳＡＬＥＳ"}, {
        "name": "A business group with this name already exists.",
    }),
    "Access Account, Account: Setup": ({"Label": "shop"}, {
        "label": "An access account with this label already exists.",
    }),
    "Access Account, Account: Edit": ({"Label": "Till"}, {
        "label": "An access account with this label already exists.",
    }),
    "WABA Numbers, Number: Activate": ({"Number": "+14155550100"}, {"number": "This number is already active."}),
    "WABA Numbers, Message Links: Create": ({"Name": "WEBSITE"}, {
        "name": "This number already has a message link with this name.",
    }),
    "Templates, Template: Create": ({"Name": "welcome"}, {
        "name": "A template with this name already exists in this language.",
    }),
    "Templates, Template: Edit": ({"Name": "offer"}, {
        "name": "A template with this name already exists in this language.",
    }),
    "Opt-in/Opt-out, Consent group: Create": ({"Name": "news"}, {
        "name": "A consent group with this name already exists.",
    }),
    "Users, User: Invite": ({"E-mail": "BOB@acme.example"}, {"email": "This e-mail address is taken."}),
    "Roles, Role: Add": ({"Name": "Auditor"}, {"name": "A role with this name already exists."}),
    "Roles, Role: Edit": ({"Name": "MIS"}, {"name": "A role with this name already exists."}),
    "Integrity, Checkpoint receiver: Add": ({"Name": "AUDITOR"}, {
        "name": "A checkpoint receiver with this name already exists.",
    }),
}  # fmt: skip


def test_every_form_has_its_invalid_input() -> None:
    assert set(INVALID) == {str(row) for row in BY_PEOPLE if row.typed}


@pytest.mark.parametrize(
    ("name", "code"),
    [*((name, "invalid_input") for name in INVALID), *((name, "duplicate") for name in TAKEN)],
)
def test_errors_are_marked_and_what_was_typed_stays(workspace: Cast, visitor: Visitor, name: str, code: str) -> None:
    row = ROWS[name]
    row.prepare(workspace)
    typed, errors = (INVALID if code == "invalid_input" else TAKEN)[name]
    form = row.begin(visitor)
    form.fill(typed)
    audit_trail, before = AuditTrail(workspace.acme), state_of(workspace.acme)
    visitor.send(form)
    assert visitor.answer.status_code == 400
    shown = visitor.form
    assert shown.errors() == errors
    own = {"seen", "csrfmiddlewaretoken"}
    assert {name: shown.values.get(name, []) for name in form.values if name not in own} == {
        name: value for name, value in form.values.items() if name not in own
    }
    event = only_failure(audit_trail, row)
    assert event.reason_code == code
    assert all(error.removeprefix("Line 2: ") in event.reason or "lines" in event.reason for error in errors.values())
    assert state_of(workspace.acme) == before


def test_a_record_may_change_case_and_accents_of_its_own_name(workspace: Cast, visitor: Visitor) -> None:
    visitor.open("/settings/business-groups/").follow("Sales").follow_in_page("Edit").press({"Name": "SALES"})
    assert visitor.answer.status_code == 302
    assert "Business group “SALES” saved." in visitor.text


def test_the_profile_is_set_up_once(workspace: Cast, visitor: Visitor) -> None:
    row = ROWS["Business Profile, Profile: Setup"]
    form = row.begin(visitor)
    ROWS["Business Profile, Profile: Update"].prepare(workspace)
    audit_trail, before = AuditTrail(workspace.acme), state_of(workspace.acme)
    visitor.send(form)
    assert visitor.answer.status_code == 400
    event = only_failure(audit_trail, row)
    assert (event.reason_code, event.reason) == ("duplicate", "The business profile is already set up.")
    assert state_of(workspace.acme) == before


NEED_A_REMARK = {"Reject", "Approve/Reject"}


@pytest.mark.parametrize(
    "row", [row for row in BY_PEOPLE if row.typed and row.record and row.action not in NEED_A_REMARK], ids=str
)
def test_saving_unchanged_values_records_no_event(workspace: Cast, visitor: Visitor, row: Row) -> None:
    row.prepare(workspace)
    row.open(visitor).follow_in_page(row.press)
    audit_trail, before = AuditTrail(workspace.acme), state_of(workspace.acme)
    assert visitor.press().answer.status_code == 302
    assert audit_trail.new() == []
    assert state_of(workspace.acme) == before
