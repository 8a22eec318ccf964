"""Where an address is.

`settings.GEOIP_PATH` names an MMDB file, or a folder of them, of any publisher; see docs/operating/places.md.
"""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

from django.conf import settings

from .countries import COUNTRIES
from .files import Attribution, PlaceFiles
from .records import PRIVATE, UNKNOWN, Place

__all__ = ["COUNTRIES", "PRIVATE", "UNKNOWN", "Attribution", "Place", "attribution", "locate", "warm_up"]

# Networks that no map can locate: an office, a home, this machine, a carrier's shared network
# (100.64/10). Other reserved ranges (documentation, multicast) are no place: unknown, unless a file has them.
PRIVATE_NETWORKS = tuple(
    map(
        ip_network,
        (
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "fc00::/7",
            "fe80::/10",
            "fec0::/10",
            "::1/128",
        ),
    )
)
IPV6_LOOPBACK = IPv6Address("::1")
# An IPv4 address is in the last four bytes, where the person is: ::a.b.c.d, the translators' prefixes of RFC 6052,
# RFC 8215 (as its /96) and RFC 2765.
TRANSLATED = tuple(map(ip_network, ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96")))


def locate(address: str | IPv4Address | IPv6Address | None) -> Place:
    """The place of an address. Never raises: a sign-in is recorded whatever address and files are like."""
    ip = _parse(address)
    if ip is None:
        return UNKNOWN
    if any(ip in network for network in PRIVATE_NETWORKS):
        return PRIVATE
    files = _files()
    return files.place(ip) if files else UNKNOWN


def attribution() -> Attribution | None:
    """What the licence of the files in use asks to be shown wherever their places are."""
    files = _files()
    return files.attribution() if files else None


def warm_up() -> None:
    """Open the files at the start of a worker, so that no sign-in waits for it (0.1 s for a large one)."""
    if files := _files():
        files.load()


def _files() -> PlaceFiles | None:
    path = str(settings.GEOIP_PATH)
    return _files_at(path) if path else None


@lru_cache(maxsize=1)
def _files_at(path: str) -> PlaceFiles:
    return PlaceFiles(Path(path))


def _parse(address: object) -> IPv4Address | IPv6Address | None:
    """None for what is no address, "81.2.69" among it."""
    if isinstance(address, str):
        try:
            address = ip_address(address.strip())
        except ValueError:
            return None
    if isinstance(address, IPv6Address):
        return _sender(address)
    return address if isinstance(address, IPv4Address) else None


def _sender(address: IPv6Address) -> IPv4Address | IPv6Address | None:
    """The person's own IPv4 address, where another one carries it: not the relay's or the translator's.

    None where a tunnel cannot have it: 6to4 (RFC 3056) and Teredo (RFC 4380, which hides it from translators that
    would rewrite it) run between public addresses only.
    """
    if address == IPV6_LOOPBACK:
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    tunnelled = address.teredo[1] if address.teredo else address.sixtofour
    if tunnelled:
        return tunnelled if tunnelled.is_global else None
    if any(address in network for network in TRANSLATED):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address
