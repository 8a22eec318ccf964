from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, cast
from uuid import UUID

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from wisely_security.ledger.search.plan import first_of
from wisely_security.reports.filtering.filters import ReportFilterSet
from wisely_security.reports.filtering.many import ManyField, people_filter
from wisely_security.reports.filtering.parameters import a, isnt
from wisely_security.reports.filtering.people import unlisted_person

from ..models import AuditEvent, by_actors
from ..vocabulary import ActorKind
from .tables import AuditTrailTable

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
    actor = people_filter("Actioned by", "an actor", NOBODY_IN_PERSON, by_actors)
    record = KeyFilter(label="Record", method="apply_record", widget=forms.HiddenInput)
    request = KeyFilter(label="Request", method="apply_request", widget=forms.HiddenInput)

    terms: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("by", "actor"), "actor"),
        **{name: name for name in ("record", "request")},
    }

    examples = (
        ("failed module:templates", "what failed in Templates"),
        ("by:priya -action:edit", "by Priya, all but edits"),
        ("module:users,roles by:system", "any of several"),
    )

    def __init__(self, data: QueryDict, **options: Any) -> None:
        super().__init__(data, **options)
        self.form.fields["q"].help_text = "Person, record, address, ID…"

    def _offered(self, name: str, field: ManyField) -> list[tuple[Any, Any]]:
        if name != "actor":
            return super()._offered(name, field)
        listed = self.people.listed
        others = set(self.values_of(name)) - {key for key, _ in [*listed, *NOBODY_IN_PERSON]}
        people = [*listed, *((key, self.label_of(name, key)) for key in sorted(others))]
        return [("People", people), ("Others", NOBODY_IN_PERSON)]

    def label_of(self, name: str, key: str, events: Sequence[Any] = ()) -> str:
        label = super().label_of(name, key)
        return self.people[key] if name == "actor" and label == key else label

    def _unlisted(self, key: str) -> str:
        return unlisted_person(key, self.queryset.by_actor(key), self.during, "actor_name", "actor_email")

    class Meta(ReportFilterSet.Meta):
        model = AuditEvent
        table = AuditTrailTable
        fields: list[str] = []

    def display_value(self, name: str, events: Sequence[AuditEvent] = ()) -> str:
        if name == "record":
            return self._record_name(events) or super().display_value(name)
        if name == "request" and (event := events[0] if events else self._of_request) is not None:
            return f"{event.actor_name}, {timezone.localtime(event.occurred_at):%-d %b %Y, %H:%M}"
        return super().display_value(name, events)

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

    def apply_record(self, queryset: Any, name: str, value: UUID) -> Any:
        return queryset.of_record(value)

    def apply_request(self, queryset: Any, name: str, value: UUID) -> Any:
        return queryset.of_request(value)
