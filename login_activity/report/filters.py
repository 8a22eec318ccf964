from __future__ import annotations

from typing import Any

from django.http import QueryDict

from wisely_security.reports.filtering.choices import Choices, PersonFilter, choice_filter
from wisely_security.reports.filtering.filters import ReportFilterSet
from wisely_security.reports.filtering.people import by_name, unlisted_person, user_choices
from wisely_security.reports.filtering.widgets import DropDown

from ..devices.identify import DeviceKind
from ..models import UNKNOWN_USER, LoginEvent
from ..places.countries import country_choices
from ..vocabulary import Action, Status

NO_VIEWS = "-view"


class LoginActivityFilterSet(ReportFilterSet):
    user = PersonFilter(label="User", method="apply_user", what="a user", keys=[UNKNOWN_USER])
    status = choice_filter("Status", Status.choices, "Any status")
    action = choice_filter("Action", [(NO_VIEWS, "All but View"), *Action.choices], "Any action", method="apply_action")
    device = choice_filter("Device", DeviceKind.choices, "Any device", "device_kind")
    country = choice_filter("Country", country_choices(), "Any country")

    def __init__(self, data: QueryDict, **options: Any) -> None:
        super().__init__(data, **options)
        self.form.fields["user"].widget = DropDown(choices=Choices(self._users))

    def _users(self) -> list[tuple[str, str]]:
        choices = [("", "Any user"), *user_choices()]
        typed = self.form["user"].value()
        if typed and typed not in dict(choices):
            choices.append((typed, self._unlisted(typed)))
        return choices

    def _unlisted(self, typed: str) -> str:
        return unlisted_person(typed, self.queryset.of_user(typed), self.during, "user_name", "user_email")

    class Meta(ReportFilterSet.Meta):
        model = LoginEvent
        fields: list[str] = []

    @classmethod
    def _by_key(cls, data: QueryDict) -> QueryDict:
        data = super()._by_key(data)
        if user := data.get("user"):
            data["user"] = user if user == UNKNOWN_USER else by_name(user)
        return data

    def apply_action(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.exclude(action=Action.VIEW) if value == NO_VIEWS else queryset.filter(action=value)

    def apply_user(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.of_user(value)
