"""What a page repeats often is shown by Jinja, in a fraction of the time that Django's templates take.

``{% fragment "chart.jinja" chart=chart %}`` shows one of them (``TEMPLATES`` in the settings says where they are).
"""

from __future__ import annotations

from html import escape
from typing import Any

import markupsafe
from django.template import Library, engines
from django.utils.safestring import SafeString, mark_safe
from jinja2 import Environment, Template

register = Library()


def environment() -> Environment:
    return engines["jinja2"].env  # type: ignore[attr-defined, no-any-return]


def escaped(value: Any) -> str:
    """As Jinja's, which makes an object of its own of each piece of text: half of the time that some pages take."""
    kind = type(value)
    if kind is str:
        return escape(value)
    return str(value) if kind is int or kind is float else markupsafe.escape(value)


class EscapingTemplate(Template):
    @classmethod
    def from_code(cls, environment: Environment, code: Any, values: Any, uptodate: Any = None) -> Template:
        template = super().from_code(environment, code, values, uptodate)
        template.root_render_func.__globals__["escape"] = escaped
        return template


class EscapingEnvironment(Environment):
    template_class = EscapingTemplate


@register.simple_tag
def fragment(template: str, **values: Any) -> SafeString:
    return mark_safe(environment().get_template(template).render(values))  # noqa: S308  # nosec
