"""The declarations of a module's tests: its records, and its actions as a person does them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from tests.support.cast import Cast
from tests.workspace.browsing import Form, Typed, Visitor

from .making import Valid


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """What support types in Django admin, by field. A model stands for a record of it, made for the purpose.

    ``adds`` is empty where support may add none. ``unique``: the field whose value no other record may have.
    """

    adds: dict[str, Any]
    edits: dict[str, Any]
    wrong: dict[str, str]
    unique: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Records of an audited model. ``valid``: the fields of the n-th, all different.

    ``name``: the field that people know a record by; ``text``: one that takes any text, where a name does not.
    ``edit``: a field and its new value; ``edit_in_sql``: a field that an expression may change. ``by_bob``: what
    somebody else changes meanwhile.
    """

    model: type[Model]
    valid: Valid
    name: str = ""
    text: str = ""
    edit: tuple[str, Any] | None = None
    edit_in_sql: str = ""
    by_bob: dict[str, Any] | None = None
    support: Support | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """What is typed, by label, and the errors that it meets, by field."""

    typed: Typed
    errors: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An action as a person does it, and the event that it records. Alice does it all.

    ``menu``, ``record``, ``press``: what is clicked, in this order. ``typed``: what is then filled in.
    ``record``: the resource; none: a new one, started on the list or on the page of the record ``below``.
    ``single``: the menu leads to the record itself. ``before``: what has to be there. ``resource``: its name in the
    event. ``mailed``: the event is the outbox's, recorded afterwards. ``invalid``, ``taken``: input that is refused.
    ``by_bob``: what somebody else changes meanwhile, where it is not the sample's.
    """

    module: str
    sub_module: str
    action: str
    menu: str
    record: str = ""
    below: str = ""
    single: bool = False
    before: Callable[[Cast], None] | None = None
    press: str
    typed: Typed | None = None
    invalid: Refused | None = None
    taken: Refused | None = None
    by_bob: dict[str, Any] | None = None
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
        if self.before:
            self.before(cast)

    def open(self, visitor: Visitor) -> Visitor:
        """Open the page on which the record or the list offers the action."""
        visitor.open("/account/sessions/").menu(self.menu)
        at = self.record or self.below
        return visitor.follow(at) if at and not self.single else visitor

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleData:
    """What stands in the file of a module. ``set_up``: what Acme has of it before any of the rows is done."""

    samples: Sequence[Sample]
    rows: Sequence[Row] = ()
    set_up: Callable[[Cast], None] | None = None


def edited(label: str, before: str | None, after: str | None) -> dict[str, Any]:
    return {"label": label, "before": before, "after": after}


def members(label: str, *, added: Sequence[str] = (), removed: Sequence[str] = ()) -> dict[str, Any]:
    return {"label": label, "added": list(added), "removed": list(removed)}


def secret(label: str) -> dict[str, Any]:
    return {"label": label, "masked": True}


def made(values: Typed) -> list[dict[str, Any]]:
    return [{"label": label, "after": value} for label, value in values.items()]


def gone(values: Typed) -> list[dict[str, Any]]:
    return [{"label": label, "before": value} for label, value in values.items()]
