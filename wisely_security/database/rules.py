"""``manage.py check --database default``: one check, which runs every rule about the database; ``migrate`` ends with
those about rights. A database that is down or not migrated is one message, not an error of each rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DEFAULT_DB_ALIAS, ProgrammingError, transaction
from django.db import Error as AnyDatabaseError

from .release import unapplied_migrations

NOT_MIGRATED = "wisely_security.E006"
Rule = Callable[[], Iterable[CheckMessage]]

_rules: list[Rule] = []


def rule(function: Rule) -> Rule:
    """Have the check run this rule, in the database ``default``."""
    _rules.append(function)
    return function


@register(Tags.database)
def the_database_is_in_order(databases: Sequence[str] | None, **_: Any) -> list[CheckMessage]:
    return examine(*_rules) if DEFAULT_DB_ALIAS in (databases or ()) else []


def examine(*rules: Rule) -> list[CheckMessage]:
    try:
        if missing := unapplied_migrations():
            return [_not_migrated(missing)]
        return [message for rule in rules for message in _found_by(rule)]
    except AnyDatabaseError as error:
        return [_failed(error)]


def _found_by(rule: Rule) -> list[CheckMessage]:
    """A rule that may not read what it needs does not hide what the others find."""
    try:
        with transaction.atomic():
            return list(rule())
    except ProgrammingError as error:
        return [_failed(error)]


def _failed(error: Exception) -> CheckMessage:
    return Error(
        f"The database cannot be checked: {str(error).strip()}",
        hint="Is the server running? Check DATABASE_URL and the rights of its role: docs/operating/operations.md.",
        id="wisely_security.E007",
    )


def _not_migrated(missing: list[str]) -> CheckMessage:
    more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    return Error(
        f"Migrations are not applied: {', '.join(missing[:3])}{more}.",
        hint="Run manage.py migrate as the owner of the database, then check again.",
        id=NOT_MIGRATED,
    )
