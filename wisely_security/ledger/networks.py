"""Addresses and networks as free text finds them, in whatever record."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network

from django.db import models

IPV4_IN_IPV6 = IPv6Network("::ffff:0:0/96")


class Within(models.Func):
    """Whether an address lies in a network: ``Within(F("ip"), Value("10.0.0.0/8"))``."""

    template = "(%(expressions)s)"
    arg_joiner = " <<= "
    output_field = models.BooleanField()


def parse_network(text: str) -> IPv4Network | IPv6Network | None:
    """``192.0.2.7``, ``192.0.2.0/24``, ``2001:db8::/32``; host bits do not matter. None for anything else.

    IPv4 in IPv6 (``::ffff:192.0.2.7``) is IPv4, as in records.
    """
    try:
        network = ip_network(text.partition("%")[0], strict=False)
    except ValueError:
        return None
    if isinstance(network, IPv6Network) and network.subnet_of(IPV4_IN_IPV6):
        return IPv4Network((network.network_address.packed[-4:], network.prefixlen - IPV4_IN_IPV6.prefixlen))
    return network
