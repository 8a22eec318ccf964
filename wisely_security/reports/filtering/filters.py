"""The filter bar: a period, then whatever a record adds. A filter set maps parameters to methods of the queryset."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

import django_filters
from django import forms
from django.http import QueryDict

from wisely_security.core.request_context import current
from wisely_security.core.text.folding import fold
from wisely_security.ledger.derived.occurring import occurring
from wisely_security.ledger.derived.rollup import Count
from wisely_security.ledger.vocabulary import Status

from ..extensions import unusual
from ..table.columns import ReportTable
from .choices import ANY_FINDING, ChoiceFilter, Choices, FindingFilter
from .many import NOT, ManyField, ManyFilter, PeopleFilter, flat_choices, in_words, joined
from .parameters import is_uuid, normalized, problems
from .people import People
from .period_form import DAY_FILTERS, PeriodForm
from .periods import WITHOUT_DAYS, Period, Preset
from .search_box.matching import matching
from .search_box.understanding import EVERYWHERE, EXAMPLES, WORDS, Suggestion, Understood, understand
from .widgets import DropDown, Picker

if TYPE_CHECKING:
    from ..strip.offer import Offer


def _among(choices: Iterable[tuple[Any, Any]], keys: Collection[str]) -> list[tuple[Any, Any]]:
    """Those of the choices, also grouped, that have one of some keys."""
    found = []
    for key, label in choices:
        if not isinstance(label, (list, tuple)):
            found += [(key, label)] if key in keys else []
        elif of_group := _among(label, keys):
            found.append((key, of_group))
    return found


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
    """Keys of terms, and the filters that they are of, beside those of columns and of all records."""
    examples: ClassVar[Sequence[tuple[str, str]]] = ()
    """Of terms, with what they mean."""

    class Meta:
        form = PeriodForm
        table = ReportTable

    @classmethod
    def get_filters(cls) -> dict[str, django_filters.Filter]:
        return {**super().get_filters(), **cls.filters_of(cls.Meta.table)}

    @classmethod
    def all_terms(cls) -> dict[str, str]:
        return {**cls.terms, **cls.Meta.table.terms(), **EVERYWHERE}

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
                data = found.added_to(data) if found.has_terms else data
            else:
                problem, self.suggestions = found
        super().__init__(self.canonical(data), **options)
        self.people = People(self._chosen_people, self._unlisted)
        self.form.problems = [("q", problem)] if problem else []
        terms = self.all_terms()
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
                field.widget.count = partial(self._count, name)

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

    def take(self, offer: Offer) -> None:
        """What is known of the choices, before they are shown."""
        self.occurring, self.people.listed = offer.occurring, offer.people
        self.counts = None if offer.counts is None else self.counts_of(offer.counts)

    counts: dict[str, dict[str, int]] | None = None
    """By filter and choice, where they were counted with the page."""

    def _count(self, name: str) -> dict[str, int] | None:
        return None if self.counts is None else self.counts.get(name, {})

    def counts_of(self, counted: Mapping[str, Mapping[str, Count]]) -> dict[str, dict[str, int]]:
        """By filter and choice, of what is counted by dimension and value."""
        found = {}
        for name, field in self.form.fields.items():
            each = self.filters[name]
            if isinstance(field, ManyField) and isinstance(each, ManyFilter) and each.field_name in counted:
                values = counted[each.field_name]
                keys = {*values, *field.labels()} if isinstance(each, PeopleFilter) else field.labels()
                found[name] = {key: values.get(each.stored.get(key, key), Count()).events for key in keys if key}
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
        if found.get("period") in WITHOUT_DAYS:
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

    def _chosen_people(self) -> Iterable[str]:
        return (
            key for name, each in self.filters.items() if isinstance(each, PeopleFilter) for key in self.values_of(name)
        )

    def _unlisted(self, key: str) -> str:
        """What to call somebody who is none of the tenant's users."""
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
        return matching(queryset, value)


# "from" is a word of Python's own, so these cannot be attributes; sub-classes take them from here.
ReportFilterSet.declared_filters.update(DAY_FILTERS)
