from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from wisely_security.reports.filtering.filters import ReportFilterSet
from wisely_security.reports.filtering.many import NOT, ManyField, people_filter
from wisely_security.reports.filtering.people import unlisted_person

from ..models import UNKNOWN_USER, LoginEvent, of_users
from ..vocabulary import Action
from .tables import LoginActivityTable

NO_VIEWS = f"{NOT}{Action.VIEW.value}"


class LoginActivityFilterSet(ReportFilterSet):
    user = people_filter("User", "a user", [(UNKNOWN_USER, "Unknown users")], of_users, {UNKNOWN_USER: ""})

    terms: ClassVar[Mapping[str, str]] = dict.fromkeys(("by", "user"), "user")

    examples = (
        ("failed from:india", "failures from India"),
        ("by:priya -action:view", "by Priya, all but views"),
        ('device:iphone,ipad from:"united kingdom"', "any of several; names of two words in quotes"),
    )

    def _offered(self, name: str, field: ManyField) -> list[tuple[Any, Any]]:
        if name != "user":
            return super()._offered(name, field)
        listed = self.people.listed
        others = set(self.values_of(name)) - {key for key, _ in listed} - {UNKNOWN_USER}
        return [*field.choices, *listed, *((key, self.label_of(name, key)) for key in sorted(others))]

    def label_of(self, name: str, key: str, events: Sequence[Any] = ()) -> str:
        label = super().label_of(name, key)
        return self.people[key] if name == "user" and label == key else label

    def _unlisted(self, key: str) -> str:
        return unlisted_person(key, self.queryset.of_user(key), self.during, "user_name", "user_email")

    class Meta(ReportFilterSet.Meta):
        model = LoginEvent
        table = LoginActivityTable
        fields: list[str] = []
