"""The configurations of nginx and Caddy in deploy/, in front of the application as it is in production."""

from __future__ import annotations

import base64
import gzip
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils import timezone

from tests.support.cast import Cast, sign_in
from tests.support.downloads.copies import wait_for
from tests.support.records import load
from tests.support.servers.folders import reachable_folder
from tests.support.servers.web_server import ROOT, web_server

HOST = "security.example.com"
DEPLOY = ROOT / "deploy"
DOWNLOAD = "/settings/identity-access/login-activity/download/?period=30d"
MORE_THAN_THREADS = 12  # of the one web process
TOKEN = "a" * 32
ASKS_FOR_A_LINK = f"csrfmiddlewaretoken={TOKEN}&email=nobody%40nowhere.example"

Proxy = Callable[[Path, int], AbstractContextManager[int]]


def program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")


def needs(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(program(name) is None, reason=f"there is no {name} (Debian: apt-get install {name})")


@contextmanager
def nginx(folder: Path, application: int) -> Iterator[int]:
    port, plain = free_port(), free_port()
    shared = (DEPLOY / "nginx" / "wisely-security-proxy.conf").read_text()
    (folder / "shared.conf").write_text(shared)
    site = replaced(
        (DEPLOY / "nginx" / "wisely-security.conf").read_text(),
        {
            "127.0.0.1:8000": f"127.0.0.1:{application}",
            "listen 443": f"listen 127.0.0.1:{port}",
            "listen 80": f"listen 127.0.0.1:{plain}",
            "/etc/ssl/security.example.com.pem": str(folder / "certificate.pem"),
            "/etc/ssl/private/security.example.com.key": str(folder / "key.pem"),
            "/etc/nginx/wisely-security-proxy.conf": str(folder / "shared.conf"),
            "client_header_timeout 10s": "client_header_timeout 1s",
            "rate=10r/s": "rate=1r/m",  # only what may come at once
        },
    )
    paths = "".join(
        f"{each}_temp_path {folder / each};\n" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off;\nuser root;\npid {folder / 'pid'};\nerror_log {folder / 'log'};\nevents {{}}\n"
        f"http {{\naccess_log off;\n{paths}{site}\n}}\n"
    )
    with running([str(program("nginx")), "-c", str(folder / "nginx.conf")], port):
        yield port


@contextmanager
def caddy(folder: Path, application: int) -> Iterator[int]:
    port = free_port()
    certificate = f"tls {folder / 'certificate.pem'} {folder / 'key.pem'}"
    (folder / "Caddyfile").write_text(
        replaced(
            (DEPLOY / "caddy" / "Caddyfile").read_text(),
            {
                "127.0.0.1:8000": f"127.0.0.1:{application}",
                "{\n\tservers": "{\n\tadmin off\n\tauto_https disable_redirects\n\tservers",
                f"\n{HOST} {{": f"\nhttps://{HOST}:{port} {{\n\t{certificate}",
                "read_header 10s": "read_header 1s",
                "read_body 20s": "read_body 2s",
            },
        )
    )
    with running([str(program("caddy")), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"], port):
        yield port


def replaced(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    environ = os.environ | {"XDG_DATA_HOME": "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent"}
    server = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: server.poll() is not None or is_open(port))
        assert server.poll() is None, "it has ended"
        yield
    finally:
        server.terminate()
        server.wait(timeout=20)


def is_open(port: int) -> bool:
    with socket.socket() as door:
        return door.connect_ex(("127.0.0.1", port)) == 0


def make_certificate(folder: Path) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = timezone.now()
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    names = x509.SubjectAlternativeName([x509.DNSName(HOST)])
    certificate = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    as_pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(*as_pem))


class Site:
    """The application behind a proxy, as visitors reach it."""

    def __init__(self, port: int, folder: Path) -> None:
        self._port, self._tls = port, ssl.create_default_context(cafile=str(folder / "certificate.pem"))

    def connect(self) -> ssl.SSLSocket:
        return self._tls.wrap_socket(socket.create_connection(("127.0.0.1", self._port), 60), server_hostname=HOST)

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        with closing(http.client.HTTPSConnection("127.0.0.1", self._port, timeout=60)) as connection:
            connection.sock = self.connect()
            own = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body or None, {"Host": HOST, **own})
            response = connection.getresponse()
            return response, response.read()

    def ask_for_a_link(self, **headers: str) -> int:
        form = {"Content_Type": "application/x-www-form-urlencoded", "Cookie": f"csrftoken={TOKEN}"}
        origin = {"Origin": f"https://{HOST}"}
        return self.ask("POST", "/password-reset/", ASKS_FOR_A_LINK, **form, **origin, **headers)[0].status


@pytest.fixture(params=[pytest.param(nginx, marks=needs("nginx")), pytest.param(caddy, marks=needs("caddy"))])
def proxy(request: pytest.FixtureRequest) -> Proxy:
    chosen: Proxy = request.param
    return chosen


@pytest.fixture
def site(committed_cast: Cast, proxy: Proxy) -> Iterator[Site]:
    load(committed_cast.acme.pk, 60_000, days=0.2)  # 12 MB: more than sockets take
    with ExitStack() as stack:
        folder = stack.enter_context(reachable_folder())
        folder.mkdir()
        make_certificate(folder)
        production = {
            "DEBUG": "0",
            "SECRET_KEY": settings.SECRET_KEY,
            "FACTOR_KEYS": base64.b64encode(b"f" * 32).decode(),
            "SIGNING_KEY": base64.b64encode(b"k" * 32).decode(),
            "SITE_URL": f"https://{HOST}",
            "ALLOWED_HOSTS": HOST,
            "STATIC_ROOT": str(folder / "static"),
            "TRUSTED_PROXIES": "1",
            "TRUST_X_FORWARDED_PROTO": "1",
        }
        collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
        subprocess.run(collect, cwd=ROOT, env=os.environ | production, check=True)
        _, application = stack.enter_context(web_server(**production))  # type: ignore[arg-type]
        yield Site(stack.enter_context(proxy(folder, application)), folder)


def test_it_passes_on_what_it_should_and_cuts_the_rest(site: Site, committed_cast: Cast, proxy: Proxy, events) -> None:
    # Nothing is done twice: no compression of what is compressed, no security header doubled.
    response, page = site.ask("GET", "/sign-in/", Accept_Encoding="gzip")
    assert response.status == 200
    assert b"<h1" in gzip.decompress(page)
    for name in ("Strict-Transport-Security", "Content-Security-Policy", "X-Content-Type-Options", "Content-Encoding"):
        assert len(response.headers.get_all(name) or []) == 1, name

    # Nobody chooses an address or a scheme.
    claims = {"X_Forwarded_For": "192.0.2.66", "Forwarded": "for=192.0.2.66;proto=http", "X_Forwarded_Proto": "http"}
    assert site.ask_for_a_link(**claims) == 302
    assert [event.ip for event in events(None, reason="unknown_user")] == ["127.0.0.1"]

    # A body is as large as a form may be.
    with site.connect() as visitor:
        visitor.sendall(f"POST /sign-in/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 4000000\r\n\r\n".encode())
        visitor.sendall(b"x" * 100)
        assert visitor.recv(12) in {b"HTTP/1.1 413", b"HTTP/1.1 403"} if proxy is caddy else b"HTTP/1.1 413"

    # A download comes whole, and as a stream.
    alice = sign_in(committed_cast.alice)
    cookie = f"{settings.SESSION_COOKIE_NAME}={alice.cookies[settings.SESSION_COOKIE_NAME].value}"
    response, rows = site.ask("GET", DOWNLOAD, Cookie=cookie)
    assert (response.status, response.headers["Transfer-Encoding"]) == (200, "chunked")
    assert rows.count(b"\r\n") > 60_000

    # nginx takes it off the application's hands where its reader is slow.
    if proxy is nginx:
        with site.connect() as slow:
            slow.sendall(f"GET {DOWNLOAD} HTTP/1.1\r\nHost: {HOST}\r\nCookie: {cookie}\r\n\r\n".encode())
            assert slow.recv(15) == b"HTTP/1.1 200 OK"
            wait_for(lambda: len(events(committed_cast.acme, reason="downloaded")) == 2)

    # It cuts slow heads, and whoever sends slowly keeps nobody else waiting.
    with ExitStack() as slow:
        heads = [slow.enter_context(site.connect()) for _ in range(MORE_THAN_THREADS)]
        for head in heads:
            head.sendall(f"GET /sign-in/ HTTP/1.1\r\nHost: {HOST}\r\nX-Slow: ".encode())
        bodies = [slow.enter_context(site.connect()) for _ in range(MORE_THAN_THREADS)]
        for body in bodies:
            body.sendall(f"POST /sign-in/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 1000\r\n\r\nusername=".encode())
        assert site.ask("GET", "/sign-in/")[0].status == 200
        assert all(not head.recv(1000).startswith(b"HTTP/1.1 200") for head in heads)  # they end by themselves

    # Last, for afterwards this address has to wait: a flood of forms.
    if proxy is nginx:
        assert {site.ask_for_a_link() for _ in range(55)} == {302, 429}
