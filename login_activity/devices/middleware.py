from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from .identify import ACCEPT_CH


class ClientHintsMiddleware:
    """Asks browsers for Client Hints: without them Windows 11 appears as 10, and an Android phone has no model."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            response["Accept-CH"] = ACCEPT_CH
        return response
