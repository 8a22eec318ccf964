"""The screenshots in ``docs/pictures/``, and the steps of three tasks: ``make screenshots``, from a demo of its own.

python -m tests.browser.showing.screenshots [--port 8190] [--data folder]
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, ViewportSize

from .demo import ALICE, PROJECT, Demo, demo
from .tasks import walked

DOCS = PROJECT / "docs" / "pictures"
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 1.5,
    "is_mobile": True,
    "has_touch": True,
}
PAPER: ViewportSize = {"width": 1040, "height": 735}  # A4 across, as Chromium prints it
LOGIN_ACTIVITY = "/settings/identity-access/login-activity/"
AUDIT_TRAIL = "/settings/security/audit-trail/"


def take(site: Demo) -> None:
    page = site.page()
    page.goto(LOGIN_ACTIVITY)
    _save(page, "login-activity")
    page.goto(f"{AUDIT_TRAIL}?period=30d")
    page.get_by_role("button", name="Hide chart").or_(page.get_by_role("link", name="Hide chart")).first.click()
    edited = page.get_by_role("row").filter(has_text="→")
    edited.get_by_role("link", name="Details").first.click()
    page.locator(".event-details").first.wait_for()
    _save(page, "audit-trail")
    page.goto("/settings/security/findings/")
    page.get_by_role("link", name=re.compile("São Paulo")).first.click()
    _save(page, "finding")
    page.get_by_role("link", name=re.compile("In this session")).last.click()
    _save(page, "session-story")
    page.goto(f"{LOGIN_ACTIVITY}?period=30d&status=failure")
    page.emulate_media(media="print")
    page.set_viewport_size(PAPER)
    _save(page, "print")
    page.context.close()
    phone = site.page(**PHONE)
    phone.goto(LOGIN_ACTIVITY)
    _save(phone, "phone")
    phone.context.close()
    mail = site.browser.new_page(viewport={"width": 720, "height": 900})
    mail.set_content(digest(site.data))
    _save(mail, "digest", full_page=True)
    mail.close()


def _save(page: Page, name: str, *, full_page: bool = False) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=DOCS / f"{name}.png", full_page=full_page)


def digest(data: Path) -> str:
    """The e-mail as Alice gets it every morning, about all findings of the demo that are open."""
    import django

    from wisely_security.devserver.embedded import provide

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wisely_security.settings")
    os.environ.setdefault("DEBUG", "1")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps a loop running in this thread
    os.environ["DATA_DIR"] = str(data)
    provide(os.environ)
    django.setup()

    from django.template.loader import render_to_string

    from wisely_security.core.request_context import acting_as
    from wisely_security.findings.models import Finding
    from wisely_security.findings.notifications.mailing import context_of
    from wisely_security.tenancy.models import User

    with acting_as(support=True):
        alice = User.objects.select_related("tenant").get(email=ALICE)
    assert alice.tenant_id
    with acting_as(tenant_id=alice.tenant_id):
        findings = list(Finding.objects.filter(tenant=alice.tenant_id).still_open())
        return render_to_string("email/findings_digest.html", {"user": alice, **context_of(alice, findings)})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8190)
    parser.add_argument("--data", type=Path, help="of a demo that is kept; default: one made for this")
    given = parser.parse_args()
    with demo(given.port, given.data) as site:
        take(site)
        lines = ["| task | steps before | steps | seconds |", "| --- | ---: | ---: | ---: |", *walked(site)]
        sys.stdout.write("\n".join([*lines, ""]))
