"""The people whom a record's filters name: those of the tenant, and those who are gone."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from django.db.models import CharField
from django.db.models.functions import Cast

from wisely_security.core.request_context import current
from wisely_security.ledger.search.plan import first_of
from wisely_security.tenancy.models import User

from .parameters import is_uuid
from .periods import Period

MOST_USERS_LISTED = 500
MOST_LOOKED_UP = 12  # of those whom the list does not have
ELSE = "Somebody else"


def listed_users(tenant_id: UUID | None = None) -> Any:
    """The tenant's own users, by name. Of very many the first; the rest are found by free text."""
    users = User.objects.filter(tenant=tenant_id or current().tenant_id)
    return users.values_list(Cast("pk", CharField()), "name", "email")[:MOST_USERS_LISTED]


def user_choices() -> list[tuple[str, str]]:
    return [(key, f"{name} ({email})") for key, name, email in listed_users()]


def statement() -> tuple[str, list[Any]]:
    """The same for a statement that reads more: rows of place, key, and what somebody is called."""
    return _statement(), [current().tenant_id]


@cache
def _statement() -> str:
    """The same for every tenant, the only value in it."""
    sql, [_] = listed_users(UUID(int=0)).query.sql_with_params()
    return (
        "SELECT row_number() OVER () AS place, key, name || ' (' || email || ')' AS called "  # noqa: S608
        f"FROM ({sql}) AS listed (key, name, email)"
    )


class People:
    """What the people are called whom a filter names, looked up once each."""

    def __init__(self, unlisted: Callable[[str], str]) -> None:
        """``unlisted``: what to call somebody whom the list does not have."""
        self._unlisted, self._found = unlisted, dict[str, str]()

    @cached_property
    def listed(self) -> list[tuple[str, str]]:
        return user_choices()

    @property
    def are_listed(self) -> bool:
        """Whether the list has been read."""
        return "listed" in self.__dict__

    def __getitem__(self, key: str) -> str:
        if key not in self._found:
            named = dict(self.listed).get(key)
            many = len(self._found) >= MOST_LOOKED_UP
            self._found[key] = named or (ELSE if many and is_uuid(key) else self._unlisted(key))
        return self._found[key]


def by_name(value: str) -> str:
    """The ID of the one person of the tenant who has this name; any other value as it is."""
    if is_uuid(value) or "@" in value or "\0" in value:  # no text of PostgreSQL's holds a NUL
        return value
    keys = User.objects.filter(tenant=current().tenant_id, name__folded=value).values_list("pk", flat=True)[:2]
    return str(keys[0]) if len(keys) == 1 else value


def unlisted_person(key: str, events: Any, during: Period | None, name: str, email: str) -> str:
    """What to call somebody who is chosen and not listed: by their name now, or, if they are gone, as in ``events``.

    ``events``: theirs, in the tenant's record; ``name`` and ``email``: the columns that hold what they were called. The
    newest is looked up, within the period first.
    """
    if not is_uuid(key):
        return key
    found = User.objects.filter(tenant=current().tenant_id, pk=key).values_list("name", "email").first()
    if found is None:
        event = (during and first_of(events.during(during.start, during.end))) or first_of(events)
        if event is None:
            return ELSE
        found = getattr(event, name), getattr(event, email)
    return f"{found[0]} ({found[1]})" if found[1] else found[0]
