"""Templates: what their text may contain, and their review from draft to approval."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from tests.support.cast import Cast, add_member, person, sign_in
from tests.support.hostile import hostile
from tests.workspace.audit_assertions import AuditTrail, displayed_changes
from tests.workspace.browsing import Visitor
from tests.workspace.failures.failing import ROWS
from wisely_security.core.request_context import acting_as
from wisely_security.workspace.modules.templates import Review, Template
from wisely_security.workspace.records.placeholders import check_placeholders

words = st.text(st.characters(exclude_characters="{}", exclude_categories=["Cs"]), max_size=20)


def template(cast: Cast, name: str) -> Template:
    with acting_as(tenant_id=cast.acme.pk):
        return Template.objects.get(name=name)


def is_allowed(text: str) -> bool:
    try:
        check_placeholders(text)
    except ValidationError:
        return False
    return True


def with_placeholders(text: list[str], numbers: list[int]) -> str:
    return "".join(f"{piece}{{{{{number}}}}}" for piece, number in zip(text, numbers, strict=False))


@given(
    st.lists(words, min_size=12, max_size=12), st.integers(0, 12).flatmap(lambda n: st.permutations(range(1, n + 1)))
)
def test_placeholders_from_1_on_are_allowed_in_any_order(text: list[str], numbers: list[int]) -> None:
    assert is_allowed(with_placeholders(text, numbers))


@given(st.lists(words, min_size=12, max_size=12), st.sets(st.integers(0, 50), min_size=1, max_size=12))
def test_a_gap_is_refused(text: list[str], numbers: set[int]) -> None:
    assert is_allowed(with_placeholders(text, sorted(numbers))) == (numbers == set(range(1, len(numbers) + 1)))


@given(
    st.lists(
        st.one_of(hostile, st.sampled_from(["{", "}", "{{", "}}", "{{1}}", "{{01}}", "{{１}}", "{{ 1 }}", "{{²}}"]))
    )
)
def test_whatever_is_typed_is_allowed_or_refused(pieces: list[str]) -> None:
    text = "".join(pieces)
    bare = re.sub(r"\{\{[1-9][0-9]*\}\}", "", text)
    if is_allowed(text):
        assert "{{" not in bare
        assert "}}" not in bare


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("order_shipped_2", True),
        ("Order", False),
        ("a-b", False),
        ("a b", False),
        ("é", False),
        ("a\u0660", False),  # a digit, of another script
    ],
)
def test_a_name_is_lower_case_digits_and_underscores(
    workspace: Cast, visitor: Visitor, name: str, allowed: bool
) -> None:
    form = ROWS["Templates, Template: Create"].begin(visitor)
    form.fill({"Name": name})
    assert visitor.send(form).answer.status_code == (302 if allowed else 400)


def test_the_same_name_in_another_language_is_another_template(workspace: Cast, visitor: Visitor) -> None:
    form = ROWS["Templates, Template: Create"].begin(visitor)
    form.fill({"Name": "welcome", "Language": "Hindi"})
    assert visitor.send(form).answer.status_code == 302


@pytest.mark.parametrize(("buttons", "said_of_it"), [
    ("\n".join(f"Button {number}" for number in range(11)), "no more than 10"),
    ("Yes\n" + "x" * 26, "Line 2: Ensure this value has at most 25 characters"),
])  # fmt: skip
def test_buttons_are_few_and_short(workspace: Cast, visitor: Visitor, buttons: str, said_of_it: str) -> None:
    form = ROWS["Templates, Template: Create"].begin(visitor)
    form.fill({"Buttons": buttons})
    assert visitor.send(form).answer.status_code == 400
    assert said_of_it in visitor.form.errors()["buttons"]


def test_an_edited_template_goes_back_to_review(workspace: Cast, visitor: Visitor, audit_trail: AuditTrail) -> None:
    visitor.open("/settings/templates/").follow("invoice").follow_in_page("Edit").press({"Footer": "Acme"})
    invoice = template(workspace, "invoice")
    assert (invoice.content_status, invoice.status) == (Review.IN_REVIEW, Review.IN_REVIEW)
    [event] = audit_trail.new()
    assert event.action_label == "Edit"
    assert [change["label"] for change in displayed_changes(event)] == ["Footer", "Content review", "Status"]


def test_saving_an_approved_template_without_a_change_keeps_it_approved(workspace: Cast, visitor: Visitor) -> None:
    visitor.open("/settings/templates/").follow("invoice").follow_in_page("Edit").press()
    assert template(workspace, "invoice").status == Review.APPROVED


def test_other_settings_keep_it_approved(workspace: Cast, visitor: Visitor) -> None:
    ROWS["Templates, Settings: Edit"].do(visitor)
    assert template(workspace, "invoice").status == Review.APPROVED


def test_a_rejected_template_can_be_edited_and_approved(
    workspace: Cast, visitor: Visitor, audit_trail: AuditTrail
) -> None:
    ROWS["Templates, Template Content: Approve/Reject"].do(visitor)
    assert {"Approve", "Reject", "Approve content"}.isdisjoint(visitor.offered)
    assert "Say who is writing." in visitor.text
    visitor.follow_in_page("Edit").press({"Body": "Hello {{1}}, this is Acme"})
    assert template(workspace, "welcome").remark == ""
    visitor.send(visitor.form_with("Approve content"))
    visitor.send(visitor.form_with("Approve"))
    assert template(workspace, "welcome").status == Review.APPROVED
    assert [f"{event.sub_module_label}: {event.action_label}" for event in audit_trail.new()] == [
        "Template Content: Approve/Reject",
        "Template: Edit",
        "Template Content: Approve/Reject",
        "Template: Approve",
    ]


def test_a_new_review_starts_without_the_previous_remark(workspace: Cast, visitor: Visitor) -> None:
    with acting_as(tenant_id=workspace.acme.pk):
        Template.objects.filter(name="welcome").update(remark="Of the last review")
    visitor.open("/settings/templates/").follow("welcome").follow_in_page("Reject content")
    assert visitor.form.values["remark"] == ""


def test_template_authors_cannot_approve_them(workspace: Cast) -> None:
    writer = add_member(workspace.acme, "business", person("Wes West", "wes@acme.example"))
    visitor = Visitor(sign_in(writer)).open("/settings/templates/").follow("welcome")
    assert {"Edit", "Settings", "Delete"} <= visitor.offered
    assert {"Approve content", "Reject content"}.isdisjoint(visitor.offered)


def test_the_button_of_the_settings_says_what_it_does(visitor: Visitor) -> None:
    visitor.open("/settings/templates/").follow("welcome").follow_in_page("Settings")
    assert visitor.form.buttons == ["Save settings"]
