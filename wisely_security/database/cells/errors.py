from __future__ import annotations

from django.db import OperationalError

from wisely_security.core.errors import UnavailableError


class UnknownCellError(Exception):
    """There is no cell of this name in the settings."""


class WrongCellError(Exception):
    """A statement was about to reach the database of another cell than the one that this work belongs to.

    Work was handed to another thread, or outlived its request, and has not entered its cell again (``in_cell``).
    """


class CellUnavailableError(OperationalError, UnavailableError):
    """The database of a cell does not answer."""

    sentence = "Your company’s data can’t be reached right now. Try again in a minute."
