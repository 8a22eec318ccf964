"""No charset named by a sender breaks a request: invalid UTF-8 is replaced. Files are not accepted."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory

from wisely_security.core.http.charsets import with_harmless_charset
from wisely_security.wsgi import application

BODY = (
    b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\n+2AA-\\ud800@x.example\r\n'
    b'--x\r\nContent-Disposition: form-data; name="password"\r\n\r\nabc\r\n--x--\r\n'
)
CHARSETS = ["rot13", "hex", "idna", "undefined", "unicode_escape", "utf-7", "utf-16", "latin-1", "no-such"]


def answer(request: Any, content_type: str) -> int:
    """The status of what the web server is answered."""
    statuses: list[str] = []
    request.environ["CONTENT_TYPE"] = content_type
    body = application(request.environ, lambda status, *_: statuses.append(status) or (lambda _: None))  # type: ignore[func-returns-value]
    b"".join(body)
    return int(statuses[0].split()[0])


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("path", ["/sign-in/", "/api/v1/audit-events"])
@pytest.mark.usefixtures("db")
def test_of_a_form(path: str, charset: str) -> None:
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    assert 400 <= answer(RequestFactory().generic("POST", path, BODY), kind) < 500


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.usefixtures("db")
def test_of_an_address(charset: str) -> None:
    request = RequestFactory().get("/sign-in/?next=%2B2AA-%5Cud800")
    assert answer(request, f"text/plain; charset={charset}") == 200


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("", ""),
        ("application/json", "application/json"),
        ("application/json; charset=UTF-8", "application/json; charset=UTF-8"),
        ("text/plain; charset=rot13", 'text/plain; charset="iso-8859-1"'),
        ("multipart/form-data; boundary=a b; charset=hex", 'multipart/form-data; boundary="a b"; charset="iso-8859-1"'),
        ("text/plain; x*=nowhere''%41", ""),
    ],
)
def test_what_is_read(sent: str, read: str) -> None:
    assert with_harmless_charset(sent) == read


@pytest.mark.usefixtures("db")
def test_no_file_is_taken() -> None:
    file = SimpleUploadedFile("large", b"x" * 5_000_000)
    answered = Client().post("/sign-in/", {"file": file, "username": "alice@acme.example", "password": "x"})
    assert answered.status_code == 400
    assert not answered.wsgi_request.FILES


@pytest.mark.usefixtures("db")
def test_of_a_part_of_a_form() -> None:
    body = b"--x\r\nContent-Disposition: form-data; name*=nowhere''a\r\n\r\nb\r\n--x--\r\n"
    answered = Client().generic("POST", "/sign-in/", body, content_type="multipart/form-data; boundary=x")
    assert answered.status_code == 400
