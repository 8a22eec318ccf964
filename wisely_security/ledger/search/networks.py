"""Addresses and networks as free text finds them, in whatever record: as people write them, and as they copy them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network, summarize_address_range
from typing import Any

from django.db import models

Network = IPv4Network | IPv6Network
IPV4_IN_IPV6 = IPv6Network("::ffff:0:0/96")
MOST_NETWORKS = 64  # that a range may be made up of
_URL = re.compile(r"[a-z][a-z0-9+.-]*://([^/]+)(?:/.*)?")
_BRACKETS = re.compile(r"\[([^\[\]]+)\](?::\d{0,5}|(/\d{1,3}))?")
_IPV4_AND_PORT = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}):\d{0,5}")
_IPV4_STARS = re.compile(r"(\d{1,3}(?:\.\d{1,3}){0,2})((?:\.\*){1,3})")
_IPV6_STARS = re.compile(r"([0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})(?::\*){1,7}")


class Within(models.Func):
    """Whether an address lies in a network: ``Within(F("ip"), Value("10.0.0.0/8"))``."""

    template = "(%(expressions)s)"
    arg_joiner = " <<= "
    output_field = models.BooleanField()

    @property
    def network(self) -> str:
        value: Any = self.source_expressions[1]
        return str(value.value)


def parse_networks(text: str) -> tuple[Network, ...]:
    """The networks that a word names, or none. ``text``: as ``pasted.bare`` leaves it.

    ``192.0.2.7``, ``192.0.2.0/24``, ``10.0.0.0/255.0.0.0``, ``2001:db8::/32``; with a port, ``127.0.0.1:8110`` and
    ``[::1]:443``, or within a URL; ``213.136.8.*``; ``10.0.0.0-10.0.0.255``. Host bits and zones (``%eth0``) do not
    matter. IPv4 in IPv6 (``::ffff:192.0.2.7``) is IPv4, as in records.
    """
    try:
        found = list(_networks(text))
    except (ValueError, TypeError):  # a range from IPv4 to IPv6
        return ()
    return tuple(map(_as_recorded, found)) if len(found) <= MOST_NETWORKS else ()


def _networks(text: str) -> Iterator[Network]:
    if match := _URL.fullmatch(text):
        text = match[1]
    if match := _BRACKETS.fullmatch(text):
        text = match[1] + (match[2] or "")
    elif match := _IPV4_AND_PORT.fullmatch(text):
        text = match[1]
    elif match := _IPV4_STARS.fullmatch(text):
        text = _without_stars(match[1], match[2].count("*"))
    elif match := _IPV6_STARS.fullmatch(text):
        text = f"{match[1]}::/{16 * len(match[1].split(':'))}"
    first, dash, last = text.partition("-")
    if dash:
        yield from summarize_address_range(ip_address(first), ip_address(last))
    else:
        yield ip_network(text.partition("%")[0], strict=False)


def _without_stars(numbers: str, stars: int) -> str:
    """``213.136`` and two stars, or one at the least: 213.136.0.0/16. Raises ValueError for what may be a version."""
    parts = numbers.split(".")
    if len(parts) + stars != 4 and not (len(parts) > 1 and stars == 1):
        raise ValueError(numbers)
    return ".".join([*parts, *["0"] * (4 - len(parts))]) + f"/{8 * len(parts)}"


def _as_recorded(network: Network) -> Network:
    if isinstance(network, IPv6Network) and network.subnet_of(IPV4_IN_IPV6):
        return IPv4Network((network.network_address.packed[-4:], network.prefixlen - IPV4_IN_IPV6.prefixlen))
    return network
