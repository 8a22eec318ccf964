"""Filters of several values: any of them (``IN,BR``), or none of them (``-IN,BR``).

In a query string the values are separated by commas, or the parameter is there once for each, as a form without
scripts sends it; a value ``-`` beside them then says "none of". What holds is written one way: keys in order, each
once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.choices import flatten_choices

from wisely_security.core.text.folding import fold
from wisely_security.ledger.derived.occurring import PEOPLE

from .choices import Choices
from .parameters import a, choose, is_uuid, isnt, listed
from .people import by_name
from .widgets import PeoplePicker, Picker

NOT = "-"
MOST_VALUES = 100


def flat_choices(choices: Any) -> list[tuple[Any, Any]]:
    """Without groups."""
    return list(flatten_choices(iter(choices)))


class Chosen(NamedTuple):
    """``values``: keys, one at the least. ``excluded``: whatever has none of them is wanted."""

    values: tuple[str, ...]
    excluded: bool = False

    def __str__(self) -> str:
        return f"{NOT if self.excluded else ''}{','.join(self.values)}"


def in_words(labels: Sequence[str], *, excluded: bool) -> str:
    """``India or Brazil``; ``not India, Brazil``."""
    return f"not {', '.join(labels)}" if excluded else listed(list(labels), "or")


def joined(values: Iterable[str], key_of: Callable[[str], str | None]) -> str:
    """The values of a parameter as one. ``key_of``: the key of a value, or None where it is none.

    A comma may be part of a value, so values are recognised whole before they are taken apart. What is no value stays
    as it is, for the message; where some are wanted and others not, the wanted ones come first. Each is looked up once,
    which may take a statement: of too many, the rest is not, as they are refused anyway.
    """
    wanted: set[str] = set()
    unwanted: set[str] = set()
    values, items, find = list(dict.fromkeys(value.strip() for value in values)), set[str](), cache(key_of)
    if len(values) > MOST_VALUES + 1:
        return _too_many(values)
    for value in values:
        excluded = value.startswith(NOT)
        whole = value.removeprefix(NOT).strip() if excluded else value
        key = find(whole) if whole else None
        for part in [key] if key is not None else whole.split(","):
            item = part.strip()
            minus = excluded or item.startswith(NOT)
            item = item.removeprefix(NOT).strip()
            if item:
                items.add(item)
                if len(items) > MOST_VALUES:
                    return _too_many(values)
                found = find(item)
                (unwanted if minus else wanted).add(item if found is None else found)
    if NOT in values:
        unwanted |= wanted
        wanted = set()
        if not unwanted:
            return NOT
    if not wanted and not unwanted:
        return next(filter(None, values), "")  # commas alone: no value, so refused
    if not wanted:
        return f"{NOT}{','.join(sorted(unwanted))}"
    return ",".join([*sorted(wanted), *(f"{NOT}{item}" for item in sorted(unwanted))])


def _too_many(values: list[str]) -> str:
    """As they were given, and no more of them than are needed to refuse them."""
    return ",".join(",".join(values).split(",")[: MOST_VALUES + 1])


def chosen(value: str) -> Chosen | None:
    """What ``joined`` has made. Raises ValidationError for what makes no sense."""
    if not value:
        return None
    excluded = value.startswith(NOT)
    values = value.removeprefix(NOT).split(",")
    if excluded and values == [""]:
        raise ValidationError('"not" needs something to leave out. Choose one or more.', code="nothing")
    if any(each.startswith(NOT) for each in values):
        advice = "Choose what to include or what to leave out, not both."
        raise ValidationError(advice, code="both")
    if len(values) > MOST_VALUES:
        raise ValidationError(f"Choose at most {MOST_VALUES}.", code="too_many")
    return Chosen(tuple(values), excluded)


class ManyField(forms.CharField):
    """Keys out of ``choices``: those of a form field, also grouped."""

    many = True

    def __init__(self, *, choices: Any, **options: Any) -> None:
        super().__init__(**options)
        self.choices = choices

    def clean(self, value: Any) -> Chosen | None:
        found = chosen(str(self.to_python(value)))
        for each in found.values if found else ():
            self.validate_value(each)
        return found

    def labels(self) -> dict[str, str]:
        return {str(key): str(label) for key, label in flat_choices(self.choices) if key}

    def validate_value(self, value: str) -> None:
        labels = self.labels()
        if value not in labels:
            advice = choose(list(labels.values()))
            raise ValidationError(isnt(value, a(str(self.label).lower()), advice), code="invalid_choice")


class PeopleField(ManyField):
    """People by ID or e-mail address, whether there are such people or not, or some of the choices."""

    def __init__(self, *, what: str, **options: Any) -> None:
        super().__init__(**options)
        self.what = what

    def validate_value(self, value: str) -> None:
        if is_uuid(value) or value in self.labels():
            return
        try:
            validate_email(value)
        except ValidationError:
            advice = "Choose one from the list, or enter an e-mail address or an ID."
            raise ValidationError(isnt(value, self.what, advice), code="invalid") from None


class ManyFilter(django_filters.Filter):
    """``stored``: what a column holds of a key where that is not the key itself. ``condition``: of other filters than
    those on one column, the condition that an event has one of some keys."""

    field_class: type[ManyField] = ManyField

    def __init__(
        self,
        *,
        stored: dict[str, str] | None = None,
        condition: Callable[[Sequence[str]], Q] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.stored, self.condition = stored or {}, condition or self._on_column

    def _on_column(self, keys: Sequence[str]) -> Q:
        name, values = self.field_name, self.in_column(keys)
        return Q(**{name: values[0]}) if len(values) == 1 else Q(**{f"{name}__in": values})

    def in_column(self, keys: Iterable[str]) -> list[str]:
        return [self.stored.get(key, key) for key in keys]

    def filter(self, queryset: Any, value: Chosen | None) -> Any:
        if value is None:
            return queryset
        condition = self.condition(value.values)
        return queryset.exclude(condition) if value.excluded else queryset.filter(condition)

    def key_of(self, text: str) -> str | None:
        """The key whose key or label a text is, however it is written."""
        typed, choices = fold(text), self.extra["choices"]
        return next(
            (str(key) for key, label in flat_choices(choices) if key and typed in {fold(str(key)), fold(str(label))}),
            None,
        )


class PeopleFilter(ManyFilter):
    """Choices are those who are nobody in person. ``what``: of one of them, for messages. Its events are counted by
    ``Event.people``."""

    field_class = PeopleField

    def __init__(self, **options: Any) -> None:
        super().__init__(field_name=PEOPLE, **options)

    def key_of(self, text: str) -> str | None:
        if found := super().key_of(text):
            return found
        if is_uuid(text):
            return str(UUID(text))
        if "@" in text:
            return text.lower() if "," not in text else None
        key = by_name(text)
        return key if key != text else None


def many_filter(label: str, choices: Any, field: str | None = None, **options: Any) -> ManyFilter:
    """``choices``: as of a form field, also grouped, or a function that returns them."""
    made = Choices(choices if callable(choices) else lambda: choices)
    return ManyFilter(label=label, field_name=field, choices=made, widget=Picker, **options)


def people_filter(
    label: str,
    what: str,
    choices: Any,
    condition: Callable[[Sequence[str]], Q],
    stored: dict[str, str] | None = None,
) -> PeopleFilter:
    return PeopleFilter(
        label=label,
        what=what,
        choices=Choices(lambda: choices),
        condition=condition,
        stored=stored,
        widget=PeoplePicker,
    )
