"""The filter bar: a period, then whatever a record adds. A filter set maps parameters to methods of the queryset."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, time
from functools import cached_property, partial
from typing import Any, ClassVar
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
from wisely_security.ledger.derived.occurring import occurring
from wisely_security.ledger.derived.rollup import Count
from wisely_security.ledger.search.pasted import parse_uuid
from wisely_security.ledger.search.plan import first_of
from wisely_security.ledger.vocabulary import Status

from .. import unusual
from ..columns import ReportTable
from .choices import ANY_FINDING, ChoiceFilter, Choices, FindingFilter
from .grammar import Words, parse
from .many import NOT, ManyField, ManyFilter, flat_choices, in_words, joined
from .parameters import PERIOD, is_uuid, isnt, normalized, problems
from .people import People
from .periods import DEFAULT, FIRST_YEAR, LAST_YEAR, Period, Preset
from .understanding import EVERYWHERE, EXAMPLES, WORDS, Suggestion, Understood, understand
from .widgets import DropDown, Input, Picker


class PeriodForm(forms.Form):
    """Adds ``cleaned_data["during"]``: the Period that ``period``, ``from`` and ``to`` say, the last two with times.

    A date without ``period`` means custom dates. An end that is not given is today. Custom dates without any date are
    those of the default period. ``problems``: what is wrong with the query string as a whole (parameters.py).
    """

    problems: Iterable[tuple[str | None, str]] = ()
    box: Mapping[str, Any] = {}  # what is understood in the search, for its help and for scripts

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name, message in self.problems:
            self.add_error(name, message)
        if self.errors.keys() & set(PERIOD):
            return data
        first, last = data.get("from"), data.get("to")
        starts, ends = data.get("from_time"), data.get("to_time")
        preset = Preset(data.get("period") or (Preset.CUSTOM if first or last else DEFAULT))
        data["preset"] = preset
        if preset != Preset.CUSTOM:
            data["during"] = Period.preset(preset)
        elif first is None and last is None:
            data["during"] = Period.preset(DEFAULT)
        elif first is None:
            self.add_error("from", '"From" is missing. Choose the first day.')
        else:
            last = last or max(first, timezone.localdate())
            during = Period(first, last, timezone.get_current_timezone(), starts, ends)
            if (last, ends or time.max) < (first, starts or time.min):
                self.add_error("to", '"To" must be on or after "From".')
            elif during.end <= during.start:
                self.add_error("to", "There is no time between these two: the clocks were put forward.")
            else:
                data["during"] = during
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
            data["from_time"], data["to_time"] = (f"{at:%H:%M}" if at else "" for at in (during.starts, during.ends))
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


class DateInput(Input, forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"class": "moment"})


class TimeField(forms.TimeField):
    def to_python(self, value: Any) -> time | None:
        try:
            return super().to_python(value)
        except ValidationError:
            raise ValidationError(isnt(value, "a time", "Enter it as HH:MM."), code="invalid") from None


class TimeInput(Input, forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M", attrs={"class": "moment"})


class TimeFilter(django_filters.TimeFilter):
    field_class = TimeField


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


def _time_filter(label: str) -> TimeFilter:
    return TimeFilter(label=label, method="apply_nothing", input_formats=["%H:%M"], widget=TimeInput())


def _having(events: Any, word: str) -> Q | None:
    """The condition on events that have this ID. None for other words, and for an ID that none of the events has: it
    may be part of a text."""
    key = parse_uuid(word)
    having = events.model.indexed.having(key) if key else None
    return having if having and first_of(events.filter(having).only("id")) else None


def _among(choices: Iterable[tuple[Any, Any]], keys: Collection[str]) -> list[tuple[Any, Any]]:
    """Those of the choices, also grouped, that have one of some keys."""
    found = []
    for key, label in choices:
        if not isinstance(label, (list, tuple)):
            found += [(key, label)] if key in keys else []
        elif of_group := _among(label, keys):
            found.append((key, of_group))
    return found


def _with_terms(query: QueryDict, understood: Understood) -> QueryDict:
    """What the box says comes to what the other filters say, and in place of what may be there once."""
    data, once = query.copy(), understood.once
    if "period" in once or {"from", "to"} & once.keys():
        for name in PERIOD:
            data.pop(name, None)
        if "period" not in once:
            data["period"] = Preset.CUSTOM
    for name, value in once.items():
        data[name] = value
    for name, values in understood.values.items():
        data.setlist(name, [*data.getlist(name), *values])
    data["q"] = understood.text
    return data


class ReportFilterSet(django_filters.FilterSet):
    """``Meta.table``: the columns of the record, some of which are filters."""

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

    has_box: ClassVar[bool] = True
    """Whether the search understands terms (grammar.py)."""
    terms: ClassVar[Mapping[str, str]] = {}
    """Keys of terms, and the filters that they are of, beside those of all records."""
    examples: ClassVar[Sequence[tuple[str, str]]] = ()
    """Of terms, with what they mean."""

    class Meta:
        form = PeriodForm
        table = ReportTable

    @classmethod
    def get_filters(cls) -> dict[str, django_filters.Filter]:
        return {**super().get_filters(), **cls.filters_of(cls.Meta.table)}

    @classmethod
    def filters_of(cls, table: type[ReportTable]) -> dict[str, django_filters.Filter]:
        return table.filters()

    def __init__(self, data: QueryDict, **options: Any) -> None:
        self.suggestions: list[Suggestion] = []
        """What may have been meant by what is typed into the box."""
        self.has_terms, problem = False, ""
        """Whether the box holds terms: ``parameters`` are without them."""
        if self.has_box and (text := normalized(data).get("q")):
            found = understand(type(self), text)
            if isinstance(found, Understood):
                self.has_terms = found.has_terms
                data = _with_terms(data, found) if found.has_terms else data
            else:
                problem, self.suggestions = found
        super().__init__(self.canonical(data), **options)
        self.people = People(self._unlisted)
        self.form.problems = [("q", problem)] if problem else []
        terms = {**self.terms, **EVERYWHERE}
        self.form.box = {
            "words": " ".join(WORDS),
            "terms": json.dumps(terms),
            "keys": list(terms),
            "examples": [*self.examples, *EXAMPLES],
        }
        self.form.fields["finding"] = field = self.form.fields.pop("finding")  # behind those of the record
        field.widget = DropDown(choices=Choices(self._findings))
        for name, field in self.form.fields.items():
            if isinstance(field, ManyField) and isinstance(field.widget, Picker):
                field.widget.choices = Choices(partial(self._offered, name, field))
                field.widget.describe = partial(self._closed, name, field)

    def without_findings(self) -> None:
        """For a reader who is shown none: which events belong to one, and what it is called, is not disclosed."""
        self.form.fields["finding"].widget = forms.HiddenInput()
        if self.data.get("finding"):
            self.form.problems = [*self.form.problems, ("finding", "You don’t have permission to view findings.")]

    def _findings(self) -> list[tuple[str, str]]:
        choices = [("", "All events"), (ANY_FINDING, "Unusual events")]
        typed, source = str(self.form["finding"].value() or ""), unusual.source()
        if source and is_uuid(typed):
            choices.append((typed, source.title_of(UUID(typed)) or typed))
        return choices

    def _closed(self, name: str, field: ManyField) -> tuple[str, str]:
        return str(field.label), self.display_value(name)

    def counts_of(self, counted: Mapping[str, Mapping[str, Count]]) -> dict[str, dict[str, int]]:
        """By filter and choice, of what is counted by dimension and value."""
        found = {}
        for name, field in self.form.fields.items():
            each = self.filters[name]
            if isinstance(field, ManyField) and isinstance(each, ManyFilter) and each.field_name in counted:
                values = counted[each.field_name]
                found[name] = {key: values.get(each.stored.get(key, key), Count()).events for key in field.labels()}
        outcome, all_of_them = self.queryset.model.outcome, next(iter(counted.values()), {}).values()
        found[outcome] = {
            Status.SUCCESS.value: sum(count.successes for count in all_of_them),
            Status.FAILURE.value: sum(count.failures for count in all_of_them),
        }
        return {name: {key: number for key, number in counts.items() if number} for name, counts in found.items()}

    @cached_property
    def occurring(self) -> dict[str, set[str]]:
        """By dimension, what occurs at any time."""
        tenant_id = current().tenant_id
        return occurring(self.queryset.model, tenant_id) if tenant_id else {}

    def _offered(self, name: str, field: ManyField) -> list[tuple[Any, Any]]:
        """The choices that a filter shows: of a dimension, what occurs, and what is chosen, even where it is none."""
        each, choices = self.filters[name], list(field.choices)
        if isinstance(each, ManyFilter) and (values := self.occurring.get(each.field_name)):
            wanted = {key for key in field.labels() if each.stored.get(key, key) in values}
            choices = _among(choices, wanted.union(self.values_of(name)))
        known = {str(key) for key, _ in flat_choices(choices)}
        return choices + [(key, self.label_of(name, key)) for key in self.values_of(name) if key not in known]

    @classmethod
    def canonical(cls, query: QueryDict) -> QueryDict:
        """Each parameter once, and its values as their keys: a script may also say their labels, however written."""
        data = normalized(query)
        for name, each in cls.base_filters.items():
            if isinstance(each, ManyFilter):
                if name in data:
                    data[name] = joined(query.getlist(name), each.key_of)
            elif typed := fold(data.get(name, "")):
                choices = each.extra.get("choices", ())
                for key, label in flat_choices(choices() if callable(choices) else choices):
                    if typed in {fold(str(key)), fold(str(label))}:
                        data[name] = key
        for name in ("from", "to"):
            day, t, at = data.get(name, "").partition("T")
            if t and f"{name}_time" not in data:
                data[name], data[f"{name}_time"] = day, at
        return data

    @property
    def parameters(self) -> dict[str, str]:
        """What holds as an address says it: the shortest that says the same."""
        found = {name: str(self.data[name]) for name in self.filters if self.data.get(name)}
        for name in ("from", "to"):
            at = found.pop(f"{name}_time", None)
            if at and name in found:
                found[name] = f"{found[name]}T{at}"
        if found.get("period") in Preset.values and found["period"] != Preset.CUSTOM:
            found = {name: value for name, value in found.items() if name not in {"from", "to"}}
        return found

    def check(self, query: QueryDict) -> None:
        """Also refuse what is wrong with a query string as a whole."""
        self.form.problems = [*self.form.problems, *problems(query, self.form.fields, self.many())]

    @classmethod
    def many(cls) -> set[str]:
        """The filters of several values."""
        return {name for name, each in cls.base_filters.items() if isinstance(each, ManyFilter)}

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

    def values_of(self, name: str) -> tuple[str, ...]:
        """The keys that are chosen of a filter of several, or left out."""
        value = self.data.get(name, "").removeprefix(NOT)
        return tuple(value.split(",")) if value else ()

    def label_of(self, name: str, key: str, events: Sequence[Any] = ()) -> str:
        """What a key of a filter of several is called. ``events``: what the filters have found, which may know it."""
        return self._labels[name].get(key, key)

    def _unlisted(self, key: str) -> str:
        """What to call somebody whom a record's filter of people does not list."""
        return key

    @cached_property
    def _labels(self) -> dict[str, dict[str, str]]:
        return {name: field.labels() for name, field in self.form.fields.items() if isinstance(field, ManyField)}

    def display_value(self, name: str, events: Sequence[Any] = ()) -> str:
        """What a filter holds, in words. ``events``: what it has found, which may know a name."""
        value = str(self.data.get(name, "")).strip()
        field = self.form.fields[name]
        if isinstance(field, ManyField):
            excluded = value.startswith(NOT)
            labels = [self.label_of(name, key, events) for key in self.values_of(name)]
            return in_words(labels, excluded=excluded) if labels or excluded else ""
        choices = {str(key): str(label) for key, label in flat_choices(getattr(field.widget, "choices", ()))}
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
        for part in parse(value):
            text = part.text if isinstance(part, Words) else part.typed
            if len(text.split()) > 1:
                queryset = queryset.filter(queryset.model.indexed.holds(text))
            else:
                named = _having(events, text)
                queryset = queryset.filter(named) if named else queryset.matching(text)
        return queryset


# "from" is a word of Python's own, so these cannot be attributes; sub-classes take them from here.
ReportFilterSet.declared_filters.update(
    {
        "from": _date_filter("From"),
        "to": _date_filter("To"),
        "from_time": _time_filter("From, time"),
        "to_time": _time_filter("To, time"),
    }
)
