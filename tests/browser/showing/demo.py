"""The demo in a site of its own, with an empty data folder, and a browser for it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

PROJECT = Path(__file__).resolve().parents[3]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MUMBAI = "103.21.58.9"
WINDOWS_CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/154.0.0.0 Safari/537.36"
)
ALICE, PASSWORD = "alice@acme.example", "wisely-demo"
WAIT_SECONDS = 600


@dataclass(frozen=True)
class Demo:
    url: str
    data: Path
    browser: Browser

    def page(self, person: str = ALICE, **options: Any) -> Page:
        """Somebody has signed in, in a window of their own, and sees where that leads."""
        context = self.browser.new_context(
            **{
                "viewport": {"width": 1440, "height": 900},
                "user_agent": WINDOWS_CHROME,
                "base_url": self.url,
                **options,
            },
            extra_http_headers={"X-Forwarded-For": MUMBAI},
        )
        page = context.new_page()
        page.goto("/sign-in/")
        page.fill("[name=username]", person)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        page.wait_for_load_state("networkidle")
        return page


@contextmanager
def demo(port: int, data: Path | None = None) -> Iterator[Demo]:
    """``data``: a folder that is kept; else the demo is made for the block."""
    folder = data or Path(tempfile.mkdtemp())
    environ = os.environ | {"DATA_DIR": str(folder), "DEBUG": "1", "TRUSTED_PROXIES": "1"}
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--workers", "1", "--demo"]
    server = subprocess.Popen(command, cwd=PROJECT, env=environ, stdout=subprocess.DEVNULL)
    try:
        _wait_for(f"http://localhost:{port}/sign-in/", server)
        with sync_playwright() as playwright:
            path = next(filter(None, map(shutil.which, BROWSERS)), None)
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--hide-scrollbars"])
            yield Demo(f"http://localhost:{port}", folder, browser)
            browser.close()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """It answers once its demo has been loaded."""
    for _ in range(WAIT_SECONDS):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            try:
                server.wait(1)
            except subprocess.TimeoutExpired:
                continue
            raise RuntimeError(f"The site has ended with {server.returncode}.") from None
    raise RuntimeError("The site does not answer.")
