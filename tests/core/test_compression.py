"""Pages are compressed; streams are not delayed by it."""

from __future__ import annotations

import gzip

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client

from wisely_security.core.http.middleware import CompressionMiddleware

LOGIN_ACTIVITY = "/settings/identity-access/login-activity/"


def test_a_page_is_compressed_for_those_who_can_read_it(alice: Client) -> None:
    response = alice.get(LOGIN_ACTIVITY, headers={"accept-encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in response["Vary"]
    assert "<h1>Login Activity</h1>" in gzip.decompress(response.content).decode()
    assert "Content-Encoding" not in alice.get(LOGIN_ACTIVITY)


def test_the_size_of_a_page_is_blurred() -> None:
    """Who can count bytes and choose a part of the page learns nothing of the rest (BREACH)."""
    request = HttpRequest()
    request.META["HTTP_ACCEPT_ENCODING"] = "gzip"
    pages = [HttpResponse(b"<p>The same page.</p>" * 100) for _ in range(12)]
    for page in pages:
        CompressionMiddleware(lambda _: HttpResponse()).process_response(request, page)
    assert len({len(page.content) for page in pages}) > 1


def test_what_is_streamed_is_left_alone() -> None:
    request = HttpRequest()
    request.META["HTTP_ACCEPT_ENCODING"] = "gzip"
    streamed = StreamingHttpResponse([b"row\r\n" * 1000])
    CompressionMiddleware(lambda _: streamed).process_response(request, streamed)
    assert "Content-Encoding" not in streamed
    assert b"".join(streamed) == b"row\r\n" * 1000
