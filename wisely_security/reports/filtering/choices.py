"""What filters of several records offer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.choices import BaseChoiceIterator, flatten_choices

from .parameters import a, choose, is_uuid, isnt

Made = list[tuple[str, Any]]


class Choices(BaseChoiceIterator):
    """Made when they are asked for, once, and taken as they are: Django would look at each of hundreds again and again.

    django-filter copies its filters for each request; this is not copied with them.
    """

    def __init__(self, make: Callable[[], Made]) -> None:
        self._made = cache(make)

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        yield from self._made()


class ChoiceField(django_filters.fields.ChoiceField):
    def validate(self, value: Any) -> None:
        if value and not self.valid_value(value):
            flat: list[tuple[Any, Any]] = list(flatten_choices(iter(self.choices)))
            labels = [str(label) for key, label in flat if key]
            raise ValidationError(isnt(value, a(str(self.label).lower()), choose(labels)), code="invalid_choice")


class ChoiceFilter(django_filters.ChoiceFilter):
    field_class = ChoiceField


ANY_FINDING = "any"


class FindingField(forms.CharField):
    """The ID of a finding, or ``any``."""

    def validate(self, value: str) -> None:
        if value and value != ANY_FINDING and not is_uuid(value):
            raise ValidationError(isnt(value, "a finding", "Choose one from the list."), code="invalid")


class FindingFilter(django_filters.CharFilter):
    field_class = FindingField
