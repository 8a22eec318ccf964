"""The filter bar: a period, then whatever a record adds. A filter set maps parameters to methods of the queryset."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.choices import flatten_choices

from wisely_security.core.request_context import current
from wisely_security.core.text.folding import fold
from wisely_security.ledger.search.pasted import parse_uuid
from wisely_security.ledger.search.plan import first_of

from .. import unusual
from .choices import ANY_FINDING, ChoiceFilter, Choices, FindingFilter
from .parameters import is_uuid, isnt, normalized
from .periods import DEFAULT, FIRST_YEAR, LAST_YEAR, Period, Preset
from .widgets import DropDown


class PeriodForm(forms.Form):
    """Adds ``cleaned_data["during"]``: the Period that ``period``, ``from`` and ``to`` say.

    A date without ``period`` means custom dates. An end that is not given is today. Custom dates without any date are
    those of the default period. ``problems``: what is wrong with the query string as a whole (parameters.py).
    """

    problems: Iterable[tuple[str | None, str]] = ()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name, message in self.problems:
            self.add_error(name, message)
        if self.errors.keys() & {"period", "from", "to"}:
            return data
        first, last = data.get("from"), data.get("to")
        preset = Preset(data.get("period") or (Preset.CUSTOM if first or last else DEFAULT))
        data["preset"] = preset
        if preset != Preset.CUSTOM:
            data["during"] = Period.preset(preset)
        elif first is None and last is None:
            data["during"] = Period.preset(DEFAULT)
        elif first is None:
            self.add_error("from", '"From" is missing. Choose the first day.')
        elif last is not None and last < first:
            self.add_error("to", '"To" must be on or after "From".')
        else:
            data["during"] = Period(first, last or max(first, timezone.localdate()), timezone.get_current_timezone())
        return data

    def complete(self) -> None:
        """Fill in what was not given: the choice of period that holds, its days as "From" and "To", and as a choice
        of its own a value that is none, so that a form that is refused shows what it was given."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        has_dates = data.get("from") or data.get("to")
        data.setdefault("period", Preset.CUSTOM.value if has_dates else DEFAULT.value)
        if "during" in self.cleaned_data:
            during = self.cleaned_data["during"]
            data["from"], data["to"] = during.first.isoformat(), during.last.isoformat()
        self.data = data
        for name in self.errors.keys() & self.fields.keys():
            widget, given = self.fields[name].widget, self[name].value()
            if isinstance(widget, DropDown) and given not in dict(flatten_choices(iter(widget.choices))):
                widget.choices = [*widget.choices, (given, given)]


def validate_year(day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(f"Choose a year from {FIRST_YEAR} to {LAST_YEAR}.")


class DateField(forms.DateField):
    def to_python(self, value: Any) -> date | None:
        try:
            return super().to_python(value)
        except ValidationError:
            raise ValidationError(isnt(value, "a date", "Enter it as YYYY-MM-DD."), code="invalid") from None


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DateFilter(django_filters.DateFilter):
    field_class = DateField


def _date_filter(label: str) -> DateFilter:
    return DateFilter(
        label=label,
        method="apply_nothing",
        input_formats=["%Y-%m-%d"],
        widget=DateInput(),
        validators=[validate_year],
    )


def _having(events: Any, word: str) -> Q | None:
    """The condition on events that have this ID. None for other words, and for an ID that none of the events has: it
    may be part of a text."""
    key = parse_uuid(word)
    having = events.model.indexed.having(key) if key else None
    return having if having and first_of(events.filter(having).only("id")) else None


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    """Without groups."""
    return list(flatten_choices(iter(choices)))


class ReportFilterSet(django_filters.FilterSet):
    period = ChoiceFilter(
        label="Period",
        choices=Preset.choices,
        empty_label=None,
        method="apply_nothing",
        widget=forms.RadioSelect,
    )
    q = django_filters.CharFilter(
        label="Search",
        help_text="Name, place, address, ID…",
        method="apply_text",
        max_length=200,
        error_messages={"max_length": "Enter at most %(limit_value)d characters."},
        widget=forms.TextInput(attrs={"type": "search"}),
    )

    finding = FindingFilter(label="Findings", method="apply_finding")

    class Meta:
        form = PeriodForm

    def __init__(self, data: QueryDict, **options: Any) -> None:
        super().__init__(self._by_key(normalized(data)), **options)
        self.form.fields["finding"] = field = self.form.fields.pop("finding")  # behind those of the record
        field.widget = DropDown(choices=Choices(self._findings))

    def _findings(self) -> list[tuple[str, str]]:
        choices = [("", "All events"), (ANY_FINDING, "Unusual events")]
        typed, source = str(self.form["finding"].value() or ""), unusual.source()
        if source and is_uuid(typed):
            choices.append((typed, source.title_of(UUID(typed)) or typed))
        return choices

    @classmethod
    def _by_key(cls, data: QueryDict) -> QueryDict:
        """The parameters with each choice as its key: a script may also say its label, however it is written."""
        for name, each in cls.base_filters.items():
            typed = fold(data.get(name, "").strip())
            if not typed:
                continue
            choices = each.extra.get("choices", ())
            for key, label in _flat(choices() if callable(choices) else choices):
                if typed in {fold(str(key)), fold(str(label))}:
                    data[name] = key
        return data

    def filter_queryset(self, queryset: Any) -> Any:
        during: Period = self.form.cleaned_data["during"]
        return self._selected(queryset.during(during.start, during.end))

    def at_any_time(self) -> Any:
        """The events that every filter but the period selects."""
        return self._selected(self.queryset)

    def _selected(self, queryset: Any) -> Any:
        for name, each in self.filters.items():
            queryset = each.filter(queryset, self.form.cleaned_data[name])
        return queryset

    @property
    def during(self) -> Period | None:
        """None: what is chosen is no period."""
        return self.form.cleaned_data.get("during") if self.form.is_valid() else None

    def display_value(self, name: str, events: Sequence[Any] = ()) -> str:
        """What a filter holds, in words. ``events``: what it has found, which may know a name."""
        value = str(self.data.get(name, "")).strip()
        widget = self.form.fields[name].widget
        choices = {str(key): str(label) for key, label in _flat(getattr(widget, "choices", ()))}
        return choices.get(value, value)

    def apply_nothing(self, queryset: Any, name: str, value: Any) -> Any:
        """The period is applied once, in ``filter_queryset``, with both its ends."""
        return queryset

    def apply_finding(self, queryset: Any, name: str, value: str) -> Any:
        source, tenant_id = unusual.source(), current().tenant_id
        if not value or source is None:
            return queryset
        if tenant_id is None:
            return queryset.none()
        during: Period = self.form.cleaned_data["during"]
        finding = None if value == ANY_FINDING else UUID(value)
        return queryset.filter(source.condition(queryset.model, tenant_id, finding, during.start, during.end))

    def apply_text(self, queryset: Any, name: str, value: str) -> Any:
        events = queryset
        for word in value.split():
            named = _having(events, word)
            queryset = queryset.filter(named) if named else queryset.matching(word)
        return queryset


# "from" is a word of Python's own, so these two cannot be attributes; sub-classes take them from here.
ReportFilterSet.declared_filters.update({"from": _date_filter("From"), "to": _date_filter("To")})
