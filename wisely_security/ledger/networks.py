"""Addresses and networks as free text finds them, in whatever record."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network

from django.db import models


class Within(models.Func):
    """Whether an address lies in a network: ``Within(F("ip"), Value("10.0.0.0/8"))``."""

    template = "(%(expressions)s)"
    arg_joiner = " <<= "
    output_field = models.BooleanField()


def parse_network(text: str) -> IPv4Network | IPv6Network | None:
    """``192.0.2.7``, ``192.0.2.0/24``, ``2001:db8::/32``; host bits do not matter. None for anything else."""
    try:
        return ip_network(text.partition("%")[0], strict=False)
    except ValueError:
        return None
