"""A browser without scripts for a running site: what ``Visitor`` needs of Django's test client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

from tests.support.cast import WINDOWS_CHROME

SECONDS = 30  # of patience with a server that is dead or about to be


@dataclass(slots=True)
class Answer:
    status_code: int
    content: bytes
    headers: Mapping[str, str]
    redirect_chain: list[tuple[str, int]] = field(default_factory=list)

    def __getitem__(self, header: str) -> str:
        return self.headers[header]


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


class Browser:
    """Raises OSError or HTTPException if the server does not answer completely."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()), _NoRedirects())

    def get(self, url: str, follow: bool = False) -> Answer:
        answer, chain = self._send(url), []
        while follow and answer.status_code == 302:
            url = urljoin(url, answer["Location"])
            chain.append((url, 302))
            answer = self._send(url)
        answer.redirect_chain = chain
        return answer

    def post(self, url: str, values: Mapping[str, Any]) -> Answer:
        return self._send(url, urlencode(values, doseq=True).encode())

    def _send(self, url: str, data: bytes | None = None) -> Answer:
        request = Request(urljoin(self.site, url), data, {"User-Agent": WINDOWS_CHROME})
        try:
            response = self.opener.open(request, timeout=SECONDS)
        except HTTPError as refusal:  # also 302: redirects are not followed automatically
            response = refusal
        with response:
            return Answer(response.status, response.read(), response.headers)
