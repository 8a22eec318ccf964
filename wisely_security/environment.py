"""How settings.py reads the environment: each kind of value, and what is wrong with one in a sentence."""

from __future__ import annotations

import os
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured


def flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


def months(name: str) -> int | None:
    """A number of months; None: forever."""
    text = os.environ.get(name, "").strip()
    if text and not (text.isdecimal() and int(text)):
        raise ImproperlyConfigured(
            f"{name} must be a number of months, 1 or more. Leave it out to keep events forever."
        )
    return int(text) if text else None


def number(name: str, default: int) -> int:
    typed = os.environ.get(name, "").strip()
    if typed and not typed.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a number.")
    return int(typed) if typed else default


def database_at(name: str, default: str = "", **options: Any) -> Any:
    return parse_database_url(name, os.environ.get(name, default), **options)


def parse_database_url(name: str, url: str, **options: Any) -> Any:
    try:
        return dj_database_url.parse(url, engine="wisely_security.database", **options)
    except (dj_database_url.ParseError, dj_database_url.UnknownSchemeError, ValueError):
        raise ImproperlyConfigured(
            f"{name} must be the URL of a database: postgresql://user:password@host/name."
        ) from None


def items(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def networks(name: str, default: str) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network(typed) for typed in items(name, default)]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} must be networks such as 10.20.0.0/16, separated by commas: {error}."
        ) from None
