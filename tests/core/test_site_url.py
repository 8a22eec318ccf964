"""Links that leave the site begin with SITE_URL, whatever a request says of host and port."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from email.message import EmailMessage

import pytest
from django.core.checks import run_checks
from django.test import Client

from tests.support.cast import PASSWORD, Cast, sign_in
from tests.support.servers.web_server import ROOT
from tests.tenancy.test_passwords import letters_delivered
from wisely_security.core.site_url import parse_site_url
from wisely_security.workspace.outbox.delivery import deliver_next

SITE = "https://security.wisely.example"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("https://security.example.com", "https://security.example.com"),
        ("https://security.example.com/", "https://security.example.com"),
        ("HTTPS://Security.Example.COM:443/", "https://security.example.com"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_it_is_normalised(typed: str, address: str) -> None:
    assert parse_site_url(typed) == address


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "security.example.com",
        "//security.example.com",
        "ftp://security.example.com",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "https://security.example.com/app",
        "https://security.example.com//",
        "https://security.example.com?x=1",
        "https://security.example.com/?",
        "https://security.example.com#top",
        "https://user@security.example.com",
        "https://user:secret@security.example.com",
        "https://security.example.com:port",
        "https://security.example.com:99999",
        "https://security.example.com:",
        "https://security example.com",
        " https://security.example.com",
        "https://security.example.com\n",
        "https://security.example.com\\@evil.example",
        "https://-.example",
        "https://a,b.example",
        "https://*.example.com",
    ],
)
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is for a person
        parse_site_url(typed)


@pytest.mark.parametrize(
    ("site_url", "message"),
    [
        (None, "Set SITE_URL"),
        ("", "Set SITE_URL"),
        ("http://example.com", "it must begin with https://"),
        ("https://example.com/app", "only a scheme, a host and"),
    ],
)
def test_without_debug_the_site_does_not_start_without_it(site_url: str | None, message: str) -> None:
    environ = os.environ | {"DEBUG": "0", "SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "example.com"}
    environ.pop("SITE_URL", None)
    if site_url is not None:
        environ["SITE_URL"] = site_url
    started = subprocess.run(
        [sys.executable, "-c", "import wisely_security.settings"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 1
    assert "ImproperlyConfigured: " in started.stderr
    assert message in started.stderr


def test_links_lead_to_a_host_that_the_site_answers_to(settings) -> None:
    def errors() -> list[str]:
        return [str(each.id) for each in run_checks() if each.id == "wisely_security.E005"]

    assert errors() == []
    settings.SITE_URL = "https://elsewhere.example:8443"
    assert errors() == ["wisely_security.E005"]


def links(message: EmailMessage) -> list[str]:
    texts = [str(message.body), *(str(content) for content, _ in message.alternatives)]  # type: ignore[attr-defined]
    return [link for text in texts for link in re.findall(r"https?://[^\s\"<]+", text)]


class TestEveryEMail:
    """Asked for at another port, and under another name that the site answers to."""

    elsewhere = {"host": "localhost:4711"}

    def check(self, mailoutbox: list[EmailMessage]) -> None:
        assert mailoutbox
        for message in mailoutbox:
            assert links(message)
            assert [link for link in links(message) if not link.startswith(f"{SITE}/")] == []

    def test_an_invitation(self, cast: Cast, mailoutbox: list[EmailMessage]) -> None:
        alice = sign_in(cast.alice)
        page = alice.get("/settings/users/invite/").content.decode()
        role = re.findall(r'<option value="([0-9a-f-]{36})"', page)[0]
        typed = {"email": "nora@acme.example", "name": "Nora", "role": role}
        assert alice.post("/settings/users/invite/", typed, headers=self.elsewhere).status_code == 302
        self.check(mailoutbox)

    def test_a_changed_password(self, cast: Cast, mailoutbox: list[EmailMessage]) -> None:
        alice = sign_in(cast.alice)
        typed = {"old_password": PASSWORD, "new_password": "another horse battery"}
        assert alice.post("/account/password/", typed, headers=self.elsewhere).status_code == 302
        assert deliver_next()
        self.check(mailoutbox)

    def test_a_new_password(self, committed_cast: Cast, mailoutbox: list[EmailMessage]) -> None:
        Client().post("/password-reset/", {"email": "alice@acme.example"}, headers=self.elsewhere)
        letters_delivered()
        self.check(mailoutbox)
