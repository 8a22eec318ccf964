"""A real browser on the real site. Where there is no browser, these tests are skipped."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, ConsoleMessage, Page
from pytest_django import DjangoDbBlocker

from wisely_security.tenancy.models import User

from .site import Site, running_site

# Two hidden pages of the address bar's suggestions, made again for each window: more than half of what a page costs.
# The rest repeats what Playwright switches off, because the last such list is the one that holds.
SWITCHED_OFF = [
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
    *("AimEnabled", "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "NetworkTimeServiceQuerying"),
    *("OptimizationHints", "PaintHolding", "PreconnectToSearch", "ThirdPartyStoragePartitioning"),
]
# The first is the same engine without the windows, menus and services of a browser.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# From where, and with what, everybody visits unless a test says otherwise.
MUMBAI = "103.21.58.9"
WINDOWS_CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36"
)
# As Chromium sends them; its shell would say that it is a HeadlessChrome.
BRANDS = '"Chromium";v="129", "Not;A=Brand";v="8"'


@pytest.fixture(scope="session")
def chromium() -> Iterator[str]:
    """The path of the browser."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"No browser: none of {', '.join(BROWSERS)} is installed.")
    with pytest.MonkeyPatch.context() as patch:
        # Playwright keeps a loop running in this thread until the last test; Django takes that for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield path


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], chromium: str) -> dict[str, Any]:
    quiet = ["background-networking", "component-update", "gpu", "quic", "sync"]
    return {
        **browser_type_launch_args,
        "executable_path": chromium,
        "args": [
            *("--no-sandbox", "--no-first-run", f"--disable-features={','.join(SWITCHED_OFF)}"),
            *(f"--disable-{part}" for part in quiet),
        ],
    }


@pytest.fixture(scope="session")
def site(
    chromium: str,
    template_database: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    with django_db_blocker.unblock(), running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def base_url() -> None:
    """None for all browsers: ``visit`` names that of the test's own site."""


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What browsers complained of by themselves: errors of scripts, the Content-Security-Policy, missing files.

    Any fails the test, unless it expects and clears it. That a page was refused (4xx) is no complaint.
    """
    heard: list[str] = []
    yield heard
    assert heard == []


@pytest.fixture
def visit(new_context: Callable[..., BrowserContext], site: Site, complaints: list[str]) -> Callable[..., Page]:
    """``visit(person, width=390, …)``: an empty page of a new browser, signed in as ``person`` if one is given."""

    def heard(message: ConsoleMessage) -> None:
        refused = "status of 4" in message.text and "/static/" not in message.location["url"]
        replaced = message.text.startswith(("htmx:afterRequest", "htmx:sendAbort"))  # by a newer request
        if message.type in {"error", "warning"} and not refused and not replaced:
            complaints.append(message.text)

    def open_page(person: User | None = None, *, width: int = 1440, height: int = 900, **options: Any) -> Page:
        defaults: dict[str, Any] = {
            "base_url": site.url,
            "user_agent": WINDOWS_CHROME,
            "extra_http_headers": {
                "X-Forwarded-For": MUMBAI,
                "Sec-CH-UA": BRANDS,
                "Sec-CH-UA-Full-Version-List": BRANDS,
            },
            "reduced_motion": "reduce",
            "viewport": {"width": width, "height": height},
        }
        context = new_context(**defaults | options)
        context.on("console", heard)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        if person:
            key = site.session_of(person)
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": site.url, "httpOnly": True}]
            )
        return context.new_page()

    return open_page
