"""Permissions: keys that a role holds. Each is declared once, by the module it belongs to.

A built-in role's permissions follow from the declarations (``granted_to``); a role of a tenant's own stores its keys.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, slots=True)
class Permission:
    key: str
    group: str
    label: str
    granted_to: frozenset[str]
    only_in: str


_permissions: dict[str, Permission] = {}


def declare(key: str, group: str, label: str, *, granted_to: Iterable[str] = ("admin",), only_in: str = "") -> str:
    """Declare a permission and return its key. ``granted_to`` names built-in roles; the Super Admin has all.

    ``only_in``: the one edition in which it means anything.

    Raises ImproperlyConfigured when the key is taken.
    """
    if key in _permissions:
        raise ImproperlyConfigured(f"The permission {key!r} is declared twice.")
    _permissions[key] = Permission(key, group, label, frozenset(granted_to), only_in)
    return key


def all_permissions() -> tuple[Permission, ...]:
    return tuple(_permissions.values())


def label_of(key: str) -> str:
    """What a permission is called; "" for a key that is none."""
    return _permissions[key].label if key in _permissions else ""


def keys_granted_to(builtin_role: str) -> frozenset[str]:
    return frozenset(p.key for p in _permissions.values() if builtin_role in p.granted_to)


USER_SESSIONS = declare("users.sessions", "Users", "View and end users’ sessions")
RESET_FACTORS = declare("users.reset_factors", "Users", "View and reset users’ second factors")
SIGN_IN_SETTINGS = declare("sign_in_settings.edit", "Users", "View and edit sign-in settings")
SWITCH_TENANT = declare(
    "tenants.switch",
    "Enterprises",
    "View records of managed enterprises",
    granted_to=("admin", "csm"),
    only_in="aggregator",
)
# Who has one of these can give a permission to somebody: by their role, or by what it includes.
GIVE_PERMISSIONS = frozenset({"users.edit", "roles.edit"})
