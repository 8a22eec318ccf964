from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, cast
from uuid import UUID

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from wisely_security.core.text.folding import fold
from wisely_security.ledger.search.plan import first_of
from wisely_security.reports.filtering.choices import Choices, PersonFilter, choice_filter
from wisely_security.reports.filtering.filters import ReportFilterSet
from wisely_security.reports.filtering.parameters import a, isnt
from wisely_security.reports.filtering.people import by_name, unlisted_person, user_choices
from wisely_security.reports.filtering.widgets import DropDown

from ..models import AuditEvent
from ..vocabulary import ActorKind, Status
from . import labels

NOBODY_IN_PERSON = [(str(key), str(label)) for key, label in ActorKind.choices if key != ActorKind.PERSON]


class KeyField(forms.UUIDField):
    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError:
            what = a(f"{str(self.label).lower()} ID")
            raise ValidationError(isnt(value, what, "Copy it from an event's details."), code="invalid") from None


class KeyFilter(django_filters.UUIDFilter):
    field_class = KeyField


class AuditTrailFilterSet(ReportFilterSet):
    module = choice_filter("Module", labels.module_choices, "Any module")
    sub_module = choice_filter("Sub-module", labels.sub_modules_by_module, "Any sub-module")
    action = choice_filter("Action", labels.action_choices, "Any action")
    actor = PersonFilter(label="Actioned by", method="apply_actor", what="an actor", keys=ActorKind.values)
    status = choice_filter("Status", Status.choices, "Any status")
    record = KeyFilter(label="Record", method="apply_record", widget=forms.HiddenInput)
    request = KeyFilter(label="Request", method="apply_request", widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, **options: Any) -> None:
        super().__init__(data, **options)
        self.form.fields["actor"].widget = DropDown(choices=Choices(self._actors))
        self.form.fields["q"].help_text = "Person, record, address, ID…"

    def _actors(self) -> list[Any]:
        choices: list[Any] = [("", "Anybody"), ("People", user_choices()), ("Others", NOBODY_IN_PERSON)]
        typed = str(self.form["actor"].value() or "")
        if typed and all(typed != key for _, group in choices[1:] for key, _ in group):
            choices.append((typed, self._unlisted(typed)))
        return choices

    def _unlisted(self, typed: str) -> str:
        return unlisted_person(typed, self.queryset.by_actor(typed), self.during, "actor_name", "actor_email")

    class Meta(ReportFilterSet.Meta):
        model = AuditEvent
        fields: list[str] = []

    @classmethod
    def _by_key(cls, data: QueryDict) -> QueryDict:
        data = super()._by_key(data)
        if actor := data.get("actor"):
            kinds = {fold(each): key for key, label in NOBODY_IN_PERSON for each in (key, label)}
            data["actor"] = kinds.get(fold(actor)) or by_name(actor)
        return data

    def display_value(self, name: str, events: Sequence[AuditEvent] = ()) -> str:
        if name == "record":
            return self._record_name(events) or super().display_value(name)
        if name == "request" and (event := events[0] if events else self._of_request) is not None:
            return f"{event.actor_name}, {timezone.localtime(event.occurred_at):%-d %b %Y, %H:%M}"
        return super().display_value(name)

    @cached_property
    def _of_request(self) -> AuditEvent | None:
        during = self.during
        if during is None:
            return None
        events = self.queryset.of_request(self.form.cleaned_data["request"])
        return cast(AuditEvent | None, first_of(events.during(during.start, during.end)))

    def _record_name(self, events: Sequence[AuditEvent]) -> str:
        """Where the filters find nothing about the record, there may be something at another time."""
        return str(events[0].resource_name) if events else self._name_at_another_time

    @cached_property
    def _name_at_another_time(self) -> str:
        key = self.form.cleaned_data.get("record")
        event = first_of(self.queryset.of_record(key)) if key else None
        return event.resource_name if event else ""

    def apply_actor(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.by_actor(value)

    def apply_record(self, queryset: Any, name: str, value: UUID) -> Any:
        return queryset.of_record(value)

    def apply_request(self, queryset: Any, name: str, value: UUID) -> Any:
        return queryset.of_request(value)
