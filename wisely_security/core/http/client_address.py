"""The client's address, believed only as far as the proxies in front of us are ours.

Every proxy appends the address it was called from, so the list ``X-Forwarded-For`` (or ``Forwarded``, RFC 7239) plus
the connection's own address is read from the right: past the trusted proxies, and no further. What stands further left
was written by the client and may say anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.core.exceptions import ImproperlyConfigured

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_MOST_HOPS = 20
# One name=value of ``Forwarded`` (or nothing), and what ends it.
_PAIR = re.compile(r"""\s*(?:([^\s=;,"]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;,"]*)\s*)?([;,]|\Z)""")


def parse_address(text: str) -> Address | None:
    """An address out of ``192.0.2.1``, ``192.0.2.1:80``, ``2001:db8::1%eth0`` or ``[2001:db8::1]:80``; else None.

    An IPv4 address mapped into IPv6 (``::ffff:192.0.2.1``) is the IPv4 address.
    """
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """How many proxies stand in front (``hops``), or in which networks they are."""

    hops: int = 0
    networks: tuple[Network, ...] = ()

    @classmethod
    def parse(cls, setting: str) -> TrustedProxies:
        """From ``"2"`` or ``"10.0.0.0/8, 192.0.2.7"``. Raises ImproperlyConfigured for anything else."""
        setting = setting.strip()
        try:
            if setting.isdecimal() and int(setting) <= _MOST_HOPS:
                return cls(hops=int(setting))
            return cls(networks=tuple(ip_network(part.strip()) for part in setting.split(",") if part.strip()))
        except ValueError as error:
            raise ImproperlyConfigured(
                f"TRUSTED_PROXIES must be a number of proxies or a list of networks: {error}."
            ) from None

    def client(self, meta: Mapping[str, str]) -> Address | None:
        """The client's address from a WSGI environment."""
        peer = parse_address(meta.get("REMOTE_ADDR", ""))
        if not self.hops and not self._trusts(peer):
            return peer
        chains = [
            chain
            for chain in (
                _entries(meta.get("HTTP_X_FORWARDED_FOR", "").split(",")),
                _entries(_forwarded_for(meta.get("HTTP_FORWARDED", ""))),
            )
            if chain
        ]
        found = {self._walk([*chain, peer]) for chain in chains}
        # Two headers that disagree: one of them came through from the client, and nobody can tell which.
        return found.pop() if len(found) == 1 else peer

    def _trusts(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self.networks)

    def _walk(self, chain: list[Address | None]) -> Address | None:
        if self.hops:
            chain = chain[-self.hops - 1 :]
        nearest = chain[-1]
        for position, address in enumerate(reversed(chain)):
            if address is None and position:
                break  # "unknown" or not an address: nothing left of it can be believed
            nearest = address
            if not self.hops and not self._trusts(address):
                break
        return nearest


def _entries(entries: Iterable[str]) -> list[Address | None]:
    return [parse_address(entry) for entry in list(entries)[-_MOST_HOPS:] if entry.strip()]


def _forwarded_for(header: str) -> list[str]:
    """What each element of ``Forwarded`` says as ``for``; "unknown" where it says nothing, for it is a hop, too.

    A header that breaks the grammar is "unknown" as a whole: a quote that the client left open would turn what the
    proxies wrote into what the client wants.
    """
    entries, element, position = [], "", 0
    while position < len(header):
        pair = _PAIR.match(header, position)
        if pair is None:
            return ["unknown"]
        name, value, end = pair.groups()
        position = pair.end()
        if name:
            element = (value or "unknown") if name.lower() == "for" else element or "unknown"
        if end == ",":
            entries.append(element)
            element = ""
    return [*entries, element]
