"""The choices of the filters: rendered like Django's own, and of many people only the first by name."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.db import connection
from pytest_django.asserts import assertHTMLEqual

from tests.support.cast import Cast
from wisely_security.core.request_context import acting_as
from wisely_security.reports.filtering.choices import ChoiceFilter, Choices
from wisely_security.reports.filtering.people import listed_users, user_choices
from wisely_security.reports.filtering.widgets import DropDown

FLAT = [("", "Any"), ("a", "<b>A & B</b>"), ('"', "'quoted'"), (1, "One")]
GROUPED = [("", "Any"), ("People & others", [("a", "A"), ("b", "B")]), ("More", [("b", "B again"), ("c", "C")])]


@pytest.mark.parametrize("choices", [FLAT, GROUPED])
@pytest.mark.parametrize("value", [None, "", "a", "b", '"', 1, "not there"])
def test_a_drop_down_renders_like_djangos_own(choices: Any, value: Any) -> None:
    attrs = {"id": "id_x", "aria-invalid": "true", "required": False, "disabled": True}
    theirs = forms.Select(choices=choices, attrs={"class": "wide"}).render("x", value, attrs)
    assertHTMLEqual(DropDown(choices=choices, attrs={"class": "wide"}).render("x", value, attrs), theirs)


def test_choices_are_computed_when_needed_and_once() -> None:
    made: list[int] = []

    def make() -> list[tuple[str, str]]:
        made.append(1)
        return [("a", "A")]

    choices = Choices(make)
    field = ChoiceFilter(choices=Choices(make), empty_label="Any").field
    assert made == []
    assert list(choices) == list(choices) == [("a", "A")]
    assert field.clean("a") == "a"
    assert list(field.choices) == [("", "Any"), ("a", "A")]
    assert len(made) == 2


def test_people_are_listed_by_name(cast: Cast) -> None:
    with acting_as(tenant_id=cast.acme.pk):
        assert [name for _, name in user_choices()] == [
            "Alice Adams (alice@acme.example)",
            "Bob Brown (bob@acme.example)",
        ]


def test_of_very_many_people_only_the_first_are_read(cast: Cast) -> None:
    with acting_as(tenant_id=cast.acme.pk), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_sort', 'off', true)")  # which a planner prefers for two people
        plan = listed_users().explain()
    assert "user_by_name" in plan
    assert "Sort" not in plan
