"""What a line of the table is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .scene import Scene

Do = Callable[["Scene"], None]


class Who(StrEnum):
    APP_ROLE = "The app role: a web process that was taken over, an injected statement"
    OWNER = "The owner of the tables, to events"
    OWNER_OF_LOGS = "The owner of the tables, to what is sealed"
    OWNER_OF_SCHEMA = "The owner of the tables, to what protects them"
    SUPERUSER = "A superuser, or whoever runs the server"
    FILES = "Whoever writes the checkpoint files"
    ARCHIVES = "Whoever writes the archives, and owns the tables besides"
    KEY = "The owner of the tables who also has the signing key"


@dataclass(frozen=True, slots=True)
class Refused:
    """By the database, with this error. ``why``: for people."""

    why: str
    error: str


@dataclass(frozen=True, slots=True)
class Found:
    """By ``manage.py verify``, which prints this. ``also``: what it prints besides, of the same attack."""

    text: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundOutside:
    """By ``manage.py verify`` with a copy of the checkpoint files, and by nothing in the database."""

    text: str


@dataclass(frozen=True, slots=True)
class NotFound:
    because: str


Outcome = Refused | Found | FoundOutside | NotFound


@dataclass(frozen=True, slots=True)
class Statements:
    """What is tried or done, each by itself, as the owner or as the app role."""

    sql: tuple[str, ...]
    as_app: bool = False


@dataclass(frozen=True, slots=True)
class Attack:
    who: Who
    what: str
    outcome: Outcome
    do: Do | Statements

    def __str__(self) -> str:
        return self.what


def statements(who: Who, what: str, outcome: Outcome, *sql: str) -> Attack:
    return Attack(who, what, outcome, Statements(sql, as_app=who is Who.APP_ROLE))


class Attacks(list[Attack]):
    """``@attacks(what, outcome)`` adds a function of a scene."""

    def __init__(self, who: Who) -> None:
        super().__init__()
        self._who = who

    def __call__(self, what: str, outcome: Outcome) -> Callable[[Do], Do]:
        def add(do: Do) -> Do:
            self.append(Attack(self._who, what, outcome, do))
            return do

        return add
