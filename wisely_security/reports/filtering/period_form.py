"""The period in the filter bar: its choices and the two days, as a form checks them, and the filters of those days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.choices import flatten_choices

from .parameters import PERIOD, isnt
from .periods import DEFAULT, FIRST_YEAR, LAST_YEAR, Period, Preset
from .widgets import DropDown, Input


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


DAY_FILTERS = {
    "from": _date_filter("From"),
    "to": _date_filter("To"),
    "from_time": _time_filter("From, time"),
    "to_time": _time_filter("To, time"),
}
