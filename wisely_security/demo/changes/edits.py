"""What is edited on an ordinary day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from wisely_security.workspace.modules.access_accounts import AccessAccount
from wisely_security.workspace.modules.consent_groups import ConsentGroup
from wisely_security.workspace.modules.templates import Template
from wisely_security.workspace.modules.waba_numbers import MessageLink, WabaNumber
from wisely_security.workspace.resource_page import resource_page_of


@dataclass(frozen=True, slots=True)
class Edit:
    """A field that is edited every day, and what it is set to, by turns. No scenario uses these values."""

    model: type[Model]
    field: str
    values: tuple[Any, ...]

    @property
    def sql(self) -> str:
        return f"UPDATE {self.model._meta.db_table} SET {self.field} = %s WHERE id = %s"  # noqa: S608

    @property
    def permission(self) -> str:
        section = resource_page_of(self.model)
        return section.edit_permission if section else ""


LINK_TEXTS = (
    "Hello! I have a question about my order.",
    "Hi, is this still in stock?",
    "Good day, I would like to talk to somebody.",
    "Hello, when are you open?",
    "Hi, I saw your poster and would like to know more.",
)
EDITS = (
    Edit(Template, "validity_minutes", (180, 360, 2880, 4320, 10080)),
    Edit(
        AccessAccount, "allowed_ips", (["198.51.100.0/26"], ["198.51.100.0/26", "203.0.113.64/27"], ["203.0.113.64/27"])
    ),
    Edit(
        ConsentGroup,
        "opt_out_response",
        ("You will get no more messages.", "Done: no more messages from us.", "Stopped."),
    ),
    Edit(WabaNumber, "about", ("We answer within the hour.", "Write to us, day or night.", "Weekdays from 9 to 6.")),
    Edit(MessageLink, "text", LINK_TEXTS),
)
