"""The models stand in their modules; Django looks for them here."""

from . import modules  # noqa: F401
