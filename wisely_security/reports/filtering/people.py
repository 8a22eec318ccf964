"""The people whom a record's filters name: those of the tenant, and those who are gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from django.db.models import CharField, Q
from django.db.models.functions import Cast

from wisely_security.core.request_context import current
from wisely_security.ledger.search.plan import first_of
from wisely_security.tenancy.models import User

from .parameters import is_uuid
from .periods import Period

MOST_PEOPLE_LISTED = 100
MOST_LOOKED_UP = 12  # of those who are no users any more
MOST_FOUND = 20
ELSE = "Somebody else"
ID_LENGTH = 36


def listed_users(tenant_id: UUID | None = None) -> Any:
    """The tenant's own users, by name: the first of them."""
    users = User.objects.filter(tenant=tenant_id or current().tenant_id)
    return users.values_list(Cast("pk", CharField()), "name", "email")[:MOST_PEOPLE_LISTED]


def user_choices() -> list[tuple[str, str]]:
    return _choices(listed_users())


def found_users(text: str) -> list[tuple[str, str]]:
    """Whose name or e-mail address has a text: the first of them, as choices."""
    if not text or "\0" in text:
        return []
    users = User.objects.filter(Q(name__folded__contains=text) | Q(email__icontains=text), tenant=current().tenant_id)
    return _choices(users.values_list(Cast("pk", CharField()), "name", "email")[:MOST_FOUND])


def _choices(users: Iterable[tuple[str, str, str]]) -> list[tuple[str, str]]:
    return [(key, f"{name} ({email})") for key, name, email in users]


def statement() -> tuple[str, list[Any]]:
    """The first users for a statement that reads more: rows of place, key, and what somebody is called."""
    return _statement(), [current().tenant_id]


@cache
def _statement() -> str:
    """The same for every tenant, the only value in it."""
    sql, [_] = listed_users(UUID(int=0)).query.sql_with_params()
    return (
        "SELECT row_number() OVER () AS place, key, name || ' (' || email || ')' AS called "  # noqa: S608
        f"FROM ({sql}) AS listed (key, name, email)"
    )


def named(counted: str, place: int) -> str:
    """Rows of ``counted`` (``derived/occurring.py``), with ``called`` and ``rank`` for people who are users: those who
    have most events, in the order of their names. ``place``: of people. One value more, the tenant."""
    return (
        'SELECT *, row_number() OVER (ORDER BY called IS NULL, wisely_sort_key(called) COLLATE "C") AS rank FROM ('  # noqa: S608
        "SELECT of.*, person.name || ' (' || person.email || ')' AS called, "
        "row_number() OVER (ORDER BY person.id IS NULL, of.successes DESC, of.value) AS often "
        f"FROM ({counted}) AS of LEFT JOIN tenancy_user AS person ON person.tenant_id = %s "
        f"AND person.id = CASE WHEN of.place = {place} AND length(of.value) = {ID_LENGTH} THEN of.value::uuid END"
        f") AS of WHERE called IS NULL OR often <= {MOST_PEOPLE_LISTED}"
    )


class People:
    """What the people are called whom a filter names, looked up once."""

    def __init__(self, chosen: Callable[[], Iterable[str]], unlisted: Callable[[str], str]) -> None:
        """``chosen``: their IDs. ``unlisted``: what to call somebody who is none of the tenant's users."""
        self._chosen, self._unlisted, self._found = chosen, unlisted, dict[str, str]()

    @cached_property
    def listed(self) -> list[tuple[str, str]]:
        """Whom the filter offers: on a page, those whose events its period has."""
        return user_choices()

    @cached_property
    def _users(self) -> dict[str, str]:
        keys = [key for key in self._chosen() if is_uuid(key)]
        users = User.objects.filter(tenant=current().tenant_id, pk__in=keys)
        return dict(_choices(users.values_list(Cast("pk", CharField()), "name", "email"))) if keys else {}

    def __getitem__(self, key: str) -> str:
        if key not in self._found:
            known = self._users.get(key)
            many = len(self._found.keys() - self._users.keys()) >= MOST_LOOKED_UP
            self._found[key] = known or (ELSE if many and is_uuid(key) else self._unlisted(key))
        return self._found[key]


def by_name(value: str) -> str:
    """The ID of the one person of the tenant who has this name; any other value as it is."""
    if is_uuid(value) or "@" in value or "\0" in value:  # no text of PostgreSQL's holds a NUL
        return value
    keys = User.objects.filter(tenant=current().tenant_id, name__folded=value).values_list("pk", flat=True)[:2]
    return str(keys[0]) if len(keys) == 1 else value


def unlisted_person(key: str, events: Any, during: Period | None, name: str, email: str) -> str:
    """What to call somebody who is chosen and none of the tenant's users: as in ``events``.

    ``events``: theirs, in the tenant's record; ``name`` and ``email``: the columns that hold what they were called. The
    newest is looked up, within the period first.
    """
    if not is_uuid(key):
        return key
    event = (during and first_of(events.during(during.start, during.end))) or first_of(events)
    if event is None:
        return ELSE
    found = getattr(event, name), getattr(event, email)
    return f"{found[0]} ({found[1]})" if found[1] else found[0]
