"""Requests to addresses that tenants have typed: webhooks and witnesses.

Nobody may use this site to reach what only its own network can (SSRF). The name is resolved once, the connection goes
to an address that was checked, and redirects are answers like others, not followed. A request ends after TIMEOUT,
however slowly the other side sends, and of its answer no more than MAX_ANSWER is read.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

STEP_TIMEOUT, TIMEOUT = 10.0, 30.0  # seconds: of one step, of the whole request
MAX_ANSWER = 65_536  # bytes
DEFAULT_PORTS = {"https": 443, "http": 80}
# Addresses that carry an IPv4 address, which a gateway may send on to it: NAT64 (RFC 6052), 6to4 (RFC 3056).
_GATEWAYS = [ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"), ip_network("2002::/16")]


class OutboundError(OSError):
    """There is no answer. The message is for a person."""


class Answer(NamedTuple):
    """``content_type``: without parameters, in lower case."""

    status: int
    content_type: str
    body: bytes


def check_url(url: str) -> None:
    """Whether requests may go there, as far as the address itself says. Raises ValueError with a sentence."""
    parts = _split(url)
    try:
        address = ip_address(parts.hostname or "")
    except ValueError:
        return
    if not _is_allowed(address):
        raise ValueError("This address is in a private network. Enter one that can be reached from the internet.")


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Raises OutboundError."""
    try:
        parts = _split(url)
        connection = _connect(parts)
    except ValueError as error:
        raise OutboundError(str(error)) from None
    expired = threading.Event()
    timer = threading.Timer(TIMEOUT, _cut, [connection, expired])
    timer.start()
    try:
        if parts.scheme == "https":
            _secure(connection, parts.hostname or "")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, {"User-Agent": "wisely-security", **headers})
        response = connection.getresponse()
        read = response.read(MAX_ANSWER + 1)
        content_type = response.headers.get_content_type()
    except (HTTPException, OSError, ValueError) as error:
        raise OutboundError(_LATE if expired.is_set() else _reason(error)) from error
    finally:
        timer.cancel()
        connection.close()
    if expired.is_set():
        raise OutboundError(_LATE)
    if len(read) > MAX_ANSWER:
        raise OutboundError("The answer is too long.")
    return Answer(response.status, content_type, read)


def _split(url: str) -> SplitResult:
    """Raises ValueError with a sentence."""
    schemes = ("https", "http") if settings.DEVELOPMENT else ("https",)
    try:
        parts = urlsplit(url)
        is_right = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_right = False
    if not (is_right and url.isascii() and url.isprintable() and " " not in url and "\\" not in url):
        raise ValueError("Enter an address such as https://example.com/path.")
    if parts.scheme not in schemes:
        raise ValueError("The address must begin with https://.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ValueError("The address must have neither a user name nor a fragment (#).")
    return parts


def _connect(parts: SplitResult) -> HTTPConnection:
    """To one of the addresses of the host, without a proxy. Raises OSError, ValueError."""
    host, default_port = parts.hostname or "", DEFAULT_PORTS[parts.scheme]
    port = parts.port or default_port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise OutboundError(f"No address is known of {host}.") from None
    allowed = [str(each[4][0]) for each in found if _is_allowed(ip_address(str(each[4][0]).partition("%")[0]))]
    if not allowed:
        raise OutboundError(f"{host} is in a private network.")
    try:
        connected = socket.create_connection((allowed[0], port), STEP_TIMEOUT)
    except OSError as error:
        raise OutboundError(_reason(error)) from error
    connection = HTTPConnection(host, port)
    connection.default_port = default_port  # it is left out of the header Host
    connection.auto_open = 0
    connection.sock = connected
    return connection


def _secure(connection: HTTPConnection, host: str) -> None:
    """The handshake is done after ``sock`` is set, so that it can be cut."""
    context = ssl.create_default_context()
    connection.sock = secured = context.wrap_socket(
        connection.sock, server_hostname=host, do_handshake_on_connect=False
    )
    secured.do_handshake()


def _cut(connection: HTTPConnection, expired: threading.Event) -> None:
    expired.set()
    try:
        socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)  # not SSLSocket's, which waits for nobody but forgets
    except (OSError, AttributeError, TypeError):
        return  # it is closed already


def _is_allowed(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if any(address in network for network in settings.OUTBOUND_ALLOWED_NETWORKS):
        return True
    return address.is_global and not address.is_multicast and not any(address in network for network in _GATEWAYS)


_LATE = f"There was no whole answer within {TIMEOUT:.0f} seconds."


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "There was no answer in time."
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"Its certificate is not valid: {error.verify_message}."
    if isinstance(error, ssl.SSLError):
        return "No secure connection could be made."
    if isinstance(error, ConnectionRefusedError):
        return "The connection was refused."
    if isinstance(error, HTTPException):
        return "The answer is not HTTP."
    return "The connection broke."
