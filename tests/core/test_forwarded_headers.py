"""No header of a request changes its address, scheme, host or path, unless a setting says that a proxy writes it.

A real web server, called from this machine, which gunicorn would trust by itself, over TCP and over a Unix socket.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.utils import timezone

from login_activity.models import LoginEvent
from login_activity.sign_ins.summaries import write
from tests.support.servers.web_server import web_server
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.models import NO_TENANT

pytestmark = pytest.mark.servers

Ask = Callable[..., bytes]
TOKEN = "a" * 32
FORM = f"csrfmiddlewaretoken={TOKEN}&email=nobody%40nowhere.example".encode()
PATH = "/password-reset/"

# What proxies, frameworks and web servers of all kinds are known to read, with dashes and with underscores.
CLAIMS = {
    "Script-Name": ("/x", "/admin", "/password-reset", "/"),
    "Path-Info": ("/admin/", "/nowhere/"),
    "X-Script-Name": ("/x",),
    "X-Forwarded-Proto": ("https", "HTTPS", "http, https", "ssl"),
    "X-Forwarded-Protocol": ("ssl", "https"),
    "X-Forwarded-Scheme": ("https",),
    "X-Scheme": ("https",),
    "X-Url-Scheme": ("https",),
    "X-Forwarded-Ssl": ("on",),
    "Front-End-Https": ("on",),
    "X-Arr-Ssl": ("2048|256|CN=ca|CN=site",),
    "Cloudfront-Forwarded-Proto": ("https",),
    "Cf-Visitor": ('{"scheme":"https"}',),
    "Https": ("on",),
    "X-Forwarded-Host": ("evil.example",),
    "X-Forwarded-Server": ("evil.example",),
    "X-Host": ("evil.example",),
    "X-Forwarded-Port": ("443", "8443"),
    "X-Forwarded-Prefix": ("/x",),
    "X-Forwarded-Path": ("/admin/",),
    "X-Forwarded-For": ("192.0.2.66", "192.0.2.66, 127.0.0.1"),
    "Forwarded": ("for=192.0.2.66;proto=https;host=evil.example",),
    "X-Real-Ip": ("192.0.2.66",),
    "X-Client-Ip": ("192.0.2.66",),
    "Client-Ip": ("192.0.2.66",),
    "True-Client-Ip": ("192.0.2.66",),
    "Cf-Connecting-Ip": ("192.0.2.66",),
    "Fastly-Client-Ip": ("192.0.2.66",),
    "X-Cluster-Client-Ip": ("192.0.2.66",),
    "X-Original-Url": ("/admin/",),
    "X-Rewrite-Url": ("/admin/",),
    "X-Original-Uri": ("/admin/",),
    "Request-Uri": ("/admin/",),
    "Script-Url": ("/admin/",),
    "Redirect-Url": ("/admin/",),
    "X-Http-Method-Override": ("DELETE", "PUT"),
    "X-Http-Method": ("DELETE",),
    "X-Method-Override": ("DELETE",),
    "Request-Method": ("GET",),
    "Remote-User": ("dana@wisely.example",),
    "X-Remote-User": ("dana@wisely.example",),
    "X-Forwarded-User": ("dana@wisely.example",),
    "Auth-User": ("dana@wisely.example",),
    "Remote-Addr": ("192.0.2.66",),
    "Server-Name": ("evil.example",),
    "Server-Port": ("443",),
    "Wsgi.url-Scheme": ("https",),
    "Proxy": ("http://evil.example:8080",),
}
HEADERS = [
    f"{written}: {value}"
    for name, values in CLAIMS.items()
    for value in values
    for written in dict.fromkeys((name, name.upper().replace("-", "_")))
]
TWICE = [
    "X-Forwarded-Proto: https\r\nX-Forwarded-Proto: https",
    "X-Forwarded-For: 192.0.2.66\r\nX-Forwarded-For: 192.0.2.67",
    "X-Forwarded-For: 192.0.2.66\r\nX_Forwarded_For: 192.0.2.67",
    "SCRIPT_NAME: /x\r\nSCRIPT_NAME: /admin",
    "X-Forwarded-Proto: https\r\nX-Forwarded-Ssl: on\r\nX-Forwarded-Host: evil.example\r\nSCRIPT_NAME: /x",
]


def request(header: str = "", target: str = PATH, host: str = "localhost", first: bytes = b"") -> bytes:
    lines = [
        f"POST {target} HTTP/1.1",
        f"Host: {host}",
        f"Cookie: csrftoken={TOKEN}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(FORM)}",
        "Connection: close",
    ]
    return first + "\r\n".join([*lines, *([header] if header else []), "", ""]).encode() + FORM


def send(connection: socket.socket, message: bytes) -> bytes:
    with connection:
        connection.settimeout(20)
        connection.sendall(message)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def gist(answer: bytes) -> tuple[str, str]:
    """Status and where it leads."""
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1")
    leads_to = re.search(r"(?im)^location: *(\S+)", head)
    return head[9:12], leads_to.group(1) if leads_to else ""


EXPECTED = ("302", "/password-reset/sent/")


def recorded() -> list[str | None]:
    """The addresses of the requests for a new password so far, those that a flood's events sum up as well."""
    write(timezone.now())
    addresses: list[str | None] = []
    with acting_as(support=True):
        for event in LoginEvent.objects.filter(tenant_id=NO_TENANT, action="reset_password").order_by("id"):
            for each in event.detail.get("each", [{"ip": event.ip, "times": event.detail.get("times", 1)}]):
                addresses += [each.get("ip")] * each["times"]
    return addresses


def ways_in(address: tuple[str, int], path: Path) -> dict[str, Callable[[], socket.socket]]:
    def unix() -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(path))
        return connection

    return {"TCP": lambda: socket.create_connection(address), "Unix": unix}


@pytest.fixture
def socket_path() -> Iterator[Path]:
    with TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder, "s")


def test_no_header_is_believed(committed: None, socket_path: Path) -> None:
    changed = {}
    with web_server(unix_socket=socket_path) as address:
        for way, connect in ways_in(address, socket_path).items():
            for header in ["", *HEADERS, *TWICE]:
                answer = gist(send(connect(), request(header)))
                if answer != EXPECTED:
                    changed[way, header] = answer
    assert changed == {}
    addresses = recorded()
    assert len(addresses) == 2 * (1 + len(HEADERS) + len(TWICE))
    assert set(addresses) == {"127.0.0.1", None}


V2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\2\x42\x7f\0\0\1\x12\x67\0\x50"  # 192.0.2.66, as PROXY protocol 2


def test_nor_is_any_other_claim(committed: None) -> None:
    refused = ("400", "")
    messages = {
        request(target=f"http://evil.example{PATH}"): EXPECTED,  # the target's form changes nothing
        request(target=f"https://localhost{PATH}"): EXPECTED,
        request(first=b"PROXY TCP4 192.0.2.66 127.0.0.1 4711 80\r\n"): refused,
        request(first=V2): refused,
        request(host="evil.example"): refused,
        request("Host: evil.example"): refused,
        request("X-Forwarded-For : 192.0.2.66"): refused,
        request("Transfer-Encoding: chunked"): refused,
    }
    with web_server() as address:
        assert {message: gist(send(socket.create_connection(address), message)) for message in messages} == messages
    assert recorded() == ["127.0.0.1"] * 2


def test_where_a_setting_says_so_one_is(committed: None, socket_path: Path) -> None:
    """Where https is believed, Django asks where a form comes from, and this one does not say."""
    secure = ("403", "")
    answers = {
        "X-Forwarded-Proto: https": secure,
        "X-Forwarded-Proto: https\r\nX-Forwarded-Proto: https": secure,
        "X-Forwarded-Proto: https\r\nX-Forwarded-Proto: http": EXPECTED,  # one of the two is the client's
        "X-Forwarded-Proto: http, https": EXPECTED,
        "X_Forwarded_Proto: https": EXPECTED,
        "X-Forwarded-Ssl: on": EXPECTED,
        "SCRIPT_NAME: /x": EXPECTED,
        "X-Forwarded-For: 192.0.2.1, 192.0.2.66": EXPECTED,
    }
    with web_server(TRUSTED_PROXIES="1", TRUST_X_FORWARDED_PROTO="1", unix_socket=socket_path) as address:
        for connect in ways_in(address, socket_path).values():
            assert {header: gist(send(connect(), request(header))) for header in answers} == answers
            assert recorded()[-1] == "192.0.2.66"
