"""What filters of several records offer."""

from __future__ import annotations

import re
from typing import Any

import django_filters

from wisely_security.request_context import current
from wisely_security.tenancy.models import User

MOST_USERS_LISTED = 500
UUID_SHAPE = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def user_choices() -> list[tuple[str, str]]:
    """The tenant's own users, by name. A tenant with very many gets the first; the rest are found by free text."""
    users = User.objects.filter(tenant=current().tenant_id).values_list("pk", "name", "email")
    return [(str(pk), f"{name} ({email})") for pk, name, email in users[:MOST_USERS_LISTED]]


def choice_filter(label: str, choices: Any, empty: str, field: str | None = None, **options: Any) -> Any:
    """``choices``: as of a form field, also grouped, or a function that returns them."""
    return django_filters.ChoiceFilter(
        **options,
        label=label,
        field_name=field,
        choices=choices,
        empty_label=empty,
        error_messages={"invalid_choice": f"Choose one of the list for “{label}”."},
    )
