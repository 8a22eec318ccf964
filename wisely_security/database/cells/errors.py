from __future__ import annotations

from contextlib import closing
from typing import Any

from django.db import DatabaseError, Error, OperationalError

from wisely_security.core.errors import UnavailableError
from wisely_security.core.request_context import current


class UnknownCellError(Exception):
    """There is no cell of this name in the settings."""


class WrongCellError(Exception):
    """A statement was about to reach the database of another cell than the one that this work belongs to.

    Work was handed to another thread, or outlived its request, and has not entered its cell again (``in_cell``).
    """


class CellUnavailableError(OperationalError, UnavailableError):
    """The database of a cell does not answer."""

    sentence = "Your company’s data can’t be reached right now. Try again in a minute."


class BeingMovedError(OperationalError, UnavailableError):
    """The tenant is frozen while it moves to another cell: for seconds, nothing is written of it."""

    sentence = "Your company’s data is being moved. It takes seconds; nothing was saved. Try again in a moment."


class LivesElsewhereError(OperationalError, UnavailableError):
    """Something of a tenant was about to be written in a cell that it does not live in, or has just left."""

    sentence = "Your company’s data has been moved. Nothing was saved. Reload the page and try again."


class OutdatedCellError(OperationalError, UnavailableError):
    """A cell lacks a migration of this release, and something that it brings."""

    sentence = "Your company’s data is being updated. Nothing was saved. Try again in a few minutes."


_BY_SQLSTATE = {"WS001": BeingMovedError, "WS002": LivesElsewhereError}  # as cells_refuse() raises them


def of_residence(error: Error) -> DatabaseError | None:
    """The error of its own, where the guard of residence has refused a statement."""
    kind = _BY_SQLSTATE.get(getattr(error.__cause__, "pgcode", None) or "")
    return kind(*error.args) if kind else None


# A table, a column, a function, a constraint or anything else that there is not.
_LACKS = frozenset({"42P01", "42703", "42883", "42P10", "42704"})


def of_release(database: Any, error: Error) -> OutdatedCellError | None:
    """The error of its own, where a request needs what a migration brings that its cell lacks."""
    if getattr(error.__cause__, "pgcode", None) not in _LACKS or current().request_id is None:
        return None
    from ..release import unapplied_migrations  # Django’s loader needs the models, which need this backend

    with closing(database.copy()) as beside:  # the transaction has failed
        missing = unapplied_migrations(beside)
    return OutdatedCellError(f"{database.alias} lacks {', '.join(missing)}: {error}") if missing else None
