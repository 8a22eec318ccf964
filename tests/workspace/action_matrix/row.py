"""An action as a person does it, and the event that it records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.support.cast import Cast
from tests.workspace.browsing import Form, Typed, Visitor
from tests.workspace.fixtures import PROFILE, set_up_profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """``menu``, ``record``, ``press``: what is clicked, in this order. ``typed``: what is then filled in.

    ``record``: the resource; none: a new one, started on the list or on the page of the record ``below``.
    ``resource``: its name in the event. ``mailed``: the event is the outbox's, recorded afterwards.
    """

    module: str
    sub_module: str
    action: str
    menu: str
    record: str = ""
    below: str = ""
    press: str
    typed: Typed | None = None
    resource: str
    kind: str
    changes: list[dict[str, Any]]
    mailed: bool = False

    def __str__(self) -> str:
        """The action's name in the registry."""
        return f"{self.module}, {self.sub_module}: {self.action}"

    @property
    def way(self) -> str:
        return f"{self}, by {self.press}"

    def prepare(self, cast: Cast) -> None:
        if self.record == PROFILE:
            set_up_profile(cast)

    def open(self, visitor: Visitor) -> Visitor:
        """Open the page on which the record or the list offers the action."""
        visitor.open("/account/sessions/").menu(self.menu)
        at = self.record or self.below
        return visitor.follow(at) if at and at != PROFILE else visitor

    def begin(self, visitor: Visitor) -> Form:
        """Fill in the form of the action, without sending it."""
        self.open(visitor)
        if self.press not in visitor.links(visitor.main):
            return visitor.form_with(self.press)
        form = visitor.follow_in_page(self.press).form
        form.fill(self.typed or {})
        return form

    def do(self, visitor: Visitor) -> Visitor:
        return visitor.send(self.begin(visitor))


def edited(label: str, before: str | None, after: str | None) -> dict[str, Any]:
    return {"label": label, "before": before, "after": after}


def members(label: str, *, added: Sequence[str] = (), removed: Sequence[str] = ()) -> dict[str, Any]:
    return {"label": label, "added": list(added), "removed": list(removed)}


def secret(label: str) -> dict[str, Any]:
    return {"label": label, "masked": True}


def made(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"label": label, "after": value} for label, value in values.items()]


def gone(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"label": label, "before": value} for label, value in values.items()]
