"""What Jinja shows is escaped, whatever it is: text by a function of our own, which spares an object for each piece."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.db import models
from django.utils.safestring import mark_safe
from jinja2 import UndefinedError
from markupsafe import Markup, escape

from wisely_security.reports.pages.fragments import environment

HOSTILE = "<b title='x' id=\"y\">&amp;</b>"


class Choice(models.TextChoices):
    HOSTILE = HOSTILE


class Text(str):
    """As a value of a choice or of a translation is one."""


def shown(value: Any) -> str:
    return environment().from_string("{{ value }}").render(value=value)


@pytest.mark.parametrize("value", [HOSTILE, Text(HOSTILE), Choice.HOSTILE, [HOSTILE], {"a": HOSTILE}])
def test_text_of_any_kind_is_escaped(value: Any) -> None:
    assert not {"<", ">", '"', "'"} & set(shown(value))
    assert unescape(shown(value)) == unescape(str(escape(value)))


@pytest.mark.parametrize("value", [Markup(HOSTILE), mark_safe(HOSTILE)])
def test_what_is_markup_stays_as_it_is(value: Any) -> None:
    assert shown(value) == HOSTILE


@pytest.mark.parametrize("value", [0, 7, -1.5, True, None])
def test_other_values_are_shown_as_jinja_shows_them(value: Any) -> None:
    assert shown(value) == str(escape(value))


def test_a_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ missing }}").render()


@pytest.mark.parametrize(
    "source", ["{{ value ~ '!' }}", "{% set it %}{{ value }}{% endset %}{{ it }}", "{{ value|e }}"]
)
def test_text_that_is_put_together_is_escaped_once(source: str) -> None:
    text = environment().from_string(source).render(value=HOSTILE)
    assert unescape(text).removesuffix("!") == HOSTILE
