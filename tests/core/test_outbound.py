"""Requests to addresses that tenants have typed reach the internet alone, and end whatever the other side does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.servers.http_server import HttpServer, Reply
from wisely_security.core import outbound
from wisely_security.core.outbound import OutboundError, check_url, post

THIS_MACHINE = [ip_network("127.0.0.0/8"), ip_network("::1/128")]


@pytest.fixture(autouse=True)
def _development(settings) -> None:
    settings.DEVELOPMENT, settings.OUTBOUND_ALLOWED_NETWORKS = True, THIS_MACHINE


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer().running() as running:
        yield running


def test_a_request_and_its_answer(server: HttpServer) -> None:
    server.answer = lambda request: Reply(202, b"thank you", "text/plain; charset=utf-8")
    assert post(server.url("/a?b=c"), b"body", {"X-It": "1"}) == (202, "text/plain", b"thank you")
    [request] = server.requests
    assert (request.path, request.body, request.headers["x-it"]) == ("/a?b=c", b"body", "1")
    assert request.headers["host"] == f"localhost:{server.port}"


PRIVATE = [
    *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
    *("[::1]", "[fe80::1]", "[fd00::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[64:ff9b::7f00:1]"),
    *("[2002:7f00:1::]", "[2001:0:7f00:1::]", "[::]", "[ff02::1]", "255.255.255.255", "198.18.0.1"),
]


@pytest.mark.parametrize("host", PRIVATE)
def test_a_private_address_is_refused_when_it_is_typed_and_when_it_is_used(settings, host: str) -> None:
    settings.OUTBOUND_ALLOWED_NETWORKS = []
    with pytest.raises(ValueError, match="private network"):
        check_url(f"https://{host}/")
    with pytest.raises(OutboundError, match="private network"):
        post(f"https://{host}/", b"", {})


def test_an_operator_may_allow_private_networks(settings) -> None:
    settings.OUTBOUND_ALLOWED_NETWORKS = [ip_network("10.20.0.0/16")]
    check_url("https://10.20.1.1/")
    check_url("https://[::ffff:10.20.1.1]/")
    with pytest.raises(ValueError, match="private network"):
        check_url("https://10.21.1.1/")


def test_a_name_that_leads_to_a_private_address_is_refused(settings, server: HttpServer) -> None:
    settings.OUTBOUND_ALLOWED_NETWORKS = []
    check_url(server.url())  # what it leads to is not known before
    with pytest.raises(OutboundError, match="localhost is in a private network"):
        post(server.url(), b"", {})
    assert server.requests == []


def test_a_name_is_resolved_once_and_only_what_was_checked_is_connected_to(
    monkeypatch: pytest.MonkeyPatch, server: HttpServer
) -> None:
    answers = [["10.0.0.1", "127.0.0.1"], ["10.0.0.1"]]

    def resolve(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in answers.pop(0)]

    connected: list[object] = []

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(address)
        made = socket.socket()
        made.settimeout(timeout)
        made.connect(address)
        return made

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert post(server.url(host="rebinding.example"), b"", {}).status == 200
    assert connected == [("127.0.0.1", server.port)]
    assert len(answers) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer(server: HttpServer, status: int) -> None:
    server.answer = lambda request: Reply(status, headers={"Location": server.url("/elsewhere")})
    assert post(server.url(), b"", {}).status == status
    assert [request.path for request in server.requests] == ["/hook"]


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://example.com/", "file:///etc/passwd", "example.com", "", "https://", "https:///x"),
        *("https://user:secret@example.com/", "https://example.com/#x", "https://exa mple.com/"),
        *("https://example.com/\r\nX: y", "https://example.com:99999/"),
        *("https://example.com\\@127.0.0.1/", "https://exämple.com/", "https://[::1/", "https://example.com:0/"),
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        check_url(url)
    with pytest.raises(OutboundError, match="address"):
        post(url, b"", {})


def test_in_production_only_https(settings) -> None:
    settings.DEVELOPMENT = False
    with pytest.raises(ValueError, match="https://"):
        check_url("http://example.com/")
    check_url("https://example.com/")


def test_an_answer_that_never_ends_is_cut(monkeypatch: pytest.MonkeyPatch, server: HttpServer) -> None:
    """Each step is in time; the whole is not."""
    monkeypatch.setattr(outbound, "TIMEOUT", 0.2)
    monkeypatch.setattr(outbound, "STEP_TIMEOUT", None)
    server.holds, server.answer = True, lambda request: Reply(200, b"x" * 100)
    with pytest.raises(OutboundError, match="no whole answer"):
        post(server.url(), b"", {})


def test_an_answer_that_is_too_long_is_refused(server: HttpServer) -> None:
    server.answer = lambda request: Reply(200, b"x" * (outbound.MAX_ANSWER + 1))
    with pytest.raises(OutboundError, match="too long"):
        post(server.url(), b"", {})


def test_a_server_that_is_not_there(server: HttpServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(OutboundError, match="refused"):
        post(f"http://127.0.0.1:{port}/", b"", {})


def test_a_server_that_does_not_speak_http() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.listen()
        with pytest.raises(OutboundError, match=r"secure connection|broke"):
            _closing(other)


def _closing(other: socket.socket) -> None:
    def greet() -> None:
        connected, _ = other.accept()
        connected.recv(1000)
        connected.sendall(b"220 mail.example ESMTP\r\n")
        connected.close()

    thread = threading.Thread(target=greet)
    thread.start()
    try:
        post(f"https://127.0.0.1:{other.getsockname()[1]}/", b"", {})
    finally:
        thread.join()


class TestCertificates:
    @pytest.fixture
    def certificate(self, tmp_path: Path) -> Path:
        """Of localhost, signed with its own key."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path = tmp_path / "certificate.pem"
        path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
        return path

    def test_one_that_is_trusted(self, monkeypatch: pytest.MonkeyPatch, certificate: Path) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with HttpServer(certificate).running() as server:
            assert post(server.url(), b"body", {}).status == 200
            assert server.requests[0].body == b"body"

    def test_one_that_nobody_has_signed(self, certificate: Path) -> None:
        with HttpServer(certificate).running() as server:
            with pytest.raises(OutboundError, match="certificate is not valid"):
                post(server.url(), b"body", {})
            assert server.requests == []

    def test_one_of_another_host(self, monkeypatch: pytest.MonkeyPatch, certificate: Path) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with HttpServer(certificate).running() as server:
            with pytest.raises(OutboundError, match="certificate is not valid"):
                post(server.url(host="127.0.0.1"), b"body", {})
            assert server.requests == []
