"""What a page repeats often is shown by Jinja, in a fraction of the time that Django's templates take.

``{% fragment "chart.jinja" chart=chart %}`` shows one of them (``TEMPLATES`` in the settings says where they are).
"""

from __future__ import annotations

from typing import Any

from django.template import Library, engines
from django.utils.safestring import SafeString, mark_safe
from jinja2 import Environment

register = Library()


def environment() -> Environment:
    return engines["jinja2"].env  # type: ignore[attr-defined, no-any-return]


@register.simple_tag
def fragment(template: str, **values: Any) -> SafeString:
    return mark_safe(environment().get_template(template).render(values))  # noqa: S308  # nosec
