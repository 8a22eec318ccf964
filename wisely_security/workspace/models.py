"""Django expects the models here; each is defined in its module."""

from . import modules  # noqa: F401
