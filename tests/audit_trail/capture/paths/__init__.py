"""Every way to write rows."""

from . import orm, outside, sql, surroundings  # noqa: F401  (importing them registers their paths)
from .subject import ALL, Path, Subject

__all__ = ["ALL", "Path", "Subject"]
