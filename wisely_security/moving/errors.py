from __future__ import annotations


class MoveError(Exception):
    """The move does not go on, and why; whatever it says, no tenant is left frozen."""
