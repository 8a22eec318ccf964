"""What the Audit Trail knows: modules, their actions, the models it follows and those it does not.

Everything is declared once, in the module that it belongs to (``wisely_security/workspace/modules``). The hook in the
database, the filters, the labels of the CSV, the coverage page and the tests follow from here. A duplicate or unknown
name raises ImproperlyConfigured at start-up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db.models import Field, Model


@dataclass(frozen=True, slots=True)
class Action:
    """Something that is done to a kind of record. ``meaning``: what happened, as a sentence.

    ``direct``: no page of a tenant does it; support does, or somebody who changes the database past the application.
    """

    module: Module = field(repr=False)
    sub_module: str
    sub_module_label: str
    key: str
    label: str
    meaning: str
    direct: bool = False

    @property
    def name(self) -> tuple[str, str, str]:
        return self.module.key, self.sub_module, self.key

    def __str__(self) -> str:
        return f"{self.module.label}, {self.sub_module_label}: {self.label}"


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """A part of the platform. ``record``: key and label of its kind of record, the common sub-module."""

    key: str
    label: str
    record: tuple[str, str]

    def __post_init__(self) -> None:
        if any(self.key == other.key or self.label == other.label for other in _modules.values()):
            raise ImproperlyConfigured(f"The module {self.key!r} ({self.label}) is declared twice.")
        _modules[self.key] = self

    def action(
        self, key: str, label: str, meaning: str, *, area: tuple[str, str] | None = None, direct: bool = False
    ) -> Action:
        """Declare an action. ``area``: key and label of the sub-module."""
        sub_module, sub_module_label = area or self.record
        action = Action(self, sub_module, sub_module_label, key, label, meaning, direct)
        if action.name in _actions:
            raise ImproperlyConfigured(f"The action {'.'.join(action.name)} is declared twice.")
        for other in _actions.values():
            if other.key == key and other.label != label:
                raise ImproperlyConfigured(f"The action {key!r} is called {other.label!r} and {label!r}.")
            if other.sub_module == sub_module and other.sub_module_label != sub_module_label:
                raise ImproperlyConfigured(
                    f"{sub_module!r} is called {other.sub_module_label!r} and {sub_module_label!r}."
                )
        _actions[action.name] = action
        return action


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """An update that has a name of its own: ``field`` changed, to one of the values ``to`` (none: to whatever).

    ``where``: a further condition in SQL over the rows ``was`` and ``now``. ``also``: fields that are recorded with it
    when they change in the same statement.
    """

    action: Action
    field: str
    to: tuple[Any, ...] = ()
    where: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class M2MAudit:
    """A table between the record and others, recorded as a change of the record: who was added, who was removed.

    ``record`` and ``member``: its foreign keys. ``label``: what the list is called.
    """

    through: type[Model]
    record: str
    member: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """A model that the hook follows.

    ``name``: an SQL expression over ``{row}`` that names a record for people, as ``{row}.name``.
    ``created``, ``changed``, ``deleted``: the actions; an update may be another one (``transitions``, the first that
    fits). ``masked``: fields recorded as changed, never with content. ``untracked``: fields whose change is no event.
    ``same``: by field, an SQL condition over the rows ``was`` and ``now``: it holds the same, in another form.
    ``labels``: by field, a function that returns ``[(key, label)]``, where the field itself knows no labels.
    ``tenant_column`` and ``resource_column``: the tenant and the resource of the event.
    """

    model: type[Model]
    name: str
    changed: Action
    created: Action | None
    deleted: Action | None
    transitions: tuple[Transition, ...] = ()
    masked: frozenset[str] = frozenset()
    untracked: frozenset[str] = frozenset()
    same: dict[str, str] = field(default_factory=dict)
    labels: dict[str, Callable[[], Iterable[tuple[str, str]]]] = field(default_factory=dict)
    members: tuple[M2MAudit, ...] = ()
    tenant_column: str = "tenant_id"
    resource_column: str = "id"
    resource: str = ""

    @property
    def key(self) -> str:
        """What events call this kind of record."""
        return self.resource or str(self.model._meta.model_name)

    @property
    def fields(self) -> list[Field[Any, Any]]:
        """The recorded fields, in order."""
        skipped = {self.tenant_column, "id", *self.untracked}
        return [each for each in self.model._meta.concrete_fields if not {each.name, each.attname} & skipped]

    @property
    def update_actions(self) -> list[Action]:
        """Everything an update can be, each once."""
        return list(dict.fromkeys([self.changed, *(when.action for when in self.transitions)]))


_modules: dict[str, Module] = {}
_actions: dict[tuple[str, str, str], Action] = {}
_audited: dict[type[Model], Audited] = {}
_exempt: dict[type[Model], str] = {}


def audited(model: type[Model], **declared: Any) -> Audited:
    """Follow a model; ``declared`` as in Audited. Raises ImproperlyConfigured for a model or field declared wrongly."""
    for name in ("masked", "untracked"):
        declared[name] = frozenset(declared.get(name, ()))
    it = Audited(model=model, **declared)
    _refuse_second(model)
    named = {*it.masked, *it.untracked, *it.same, *it.labels}
    for when in it.transitions:
        named |= {when.field, *when.also}
    _refuse_unknown(model, named)
    for members in it.members:
        _refuse_second(members.through)
        _refuse_unknown(members.through, {members.record, members.member})
    if it.members and any(isinstance(each, ArrayField) for each in it.fields):
        raise ImproperlyConfigured(f"{model._meta.label} has members, so changes of a list cannot be recorded as well.")
    for action in [it.created, it.changed, it.deleted, *(when.action for when in it.transitions)]:
        if action is not None and _actions.get(action.name) is not action:
            raise ImproperlyConfigured(f"{action} is not declared by its module.")
    _audited[model] = it
    return it


def exempt(model: type[Model], why: str) -> None:
    """Declare that changes of a model are not recorded, and why: people read it on the coverage page."""
    _refuse_second(model)
    _exempt[model] = why


def _refuse_second(model: type[Model]) -> None:
    through = {members.through for each in _audited.values() for members in each.members}
    if model in _audited or model in _exempt or model in through:
        raise ImproperlyConfigured(f"{model._meta.label} is declared twice for the Audit Trail.")


def _refuse_unknown(model: type[Model], names: set[str]) -> None:
    for name in names:
        try:
            model._meta.get_field(name)
        except FieldDoesNotExist:
            raise ImproperlyConfigured(f"{model._meta.label} has no field {name!r} for the Audit Trail.") from None


def modules() -> tuple[Module, ...]:
    return tuple(_modules.values())


def actions() -> tuple[Action, ...]:
    return tuple(_actions.values())


def all_audited() -> tuple[Audited, ...]:
    return tuple(_audited.values())


def audited_as(model: type[Model]) -> Audited | None:
    return _audited.get(model)


def all_exempt() -> tuple[tuple[type[Model], str], ...]:
    return tuple(_exempt.items())


def audited_models() -> Iterator[type[Model]]:
    """Every model whose changes reach the record: the audited ones and the tables of their members."""
    for each in _audited.values():
        yield each.model
        yield from (members.through for members in each.members)
