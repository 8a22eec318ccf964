"""How many steps three tasks take, done in the browser: each press of a button, link or key that leads on is one.

Signing in is none of them. Each task ends with reading its answer off the page, or the file that was asked for.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from .demo import Demo


@dataclass
class Steps:
    """Counts what is pressed."""

    number: int = 0

    def press(self, locator: Locator) -> None:
        self.number += 1
        locator.click()

    def enter(self, locator: Locator, text: str) -> None:
        self.number += 1
        locator.fill(text)
        locator.press("Enter")


def attacked_this_week(page: Page, steps: Steps) -> None:
    """Were we attacked this week, from where, against whom, and did any succeed?"""
    answer = r"failures from 213\.136\.8\.0.24, Netherlands, against 12 people in \d+ min; none succeeded"
    expect(page.get_by_role("link", name=re.compile(f"^Medium: .*{answer}"))).to_be_visible()
    steps.press(page.get_by_role("link", name=re.compile(f"Show events.*{answer}")))
    expect(page.get_by_role("row").filter(has_text="Failure").first).to_be_visible()


def changed_this_template(page: Page, steps: Steps) -> None:
    """Who changed this template, and what else did they do that day?"""
    steps.press(page.get_by_role("link", name="Audit Trail"))
    expect(page.get_by_role("heading", name="Audit Trail", level=1)).to_be_visible()
    row = page.get_by_role("row").filter(has_text="Templates").filter(has_text="Edit").first
    who = row.get_by_role("cell").first.inner_text().splitlines()[0]
    steps.press(row.get_by_role("link", name=re.compile("event|details", re.IGNORECASE)).first)
    link = page.get_by_role("link", name=re.compile("that day")).first
    steps.press(link)
    expect(page.get_by_role("cell", name=who).first).to_be_visible()


def failures_of_last_month(page: Page, steps: Steps) -> None:
    """Last month's failures, for the auditor."""
    steps.enter(page.get_by_role("searchbox").first, "status:failure last-month")
    expect(page.get_by_text("Last month").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    with page.expect_download() as download:
        steps.press(page.get_by_role("link", name="Download CSV").first)
    lines = download.value.path().read_text().splitlines()
    assert len(lines) > 1
    assert all(",Failure," in line for line in lines[1:])


# What it takes, and what it took before: in the version without findings, strip, grammar and links between events.
TASKS: dict[Callable[[Page, Steps], None], int] = {
    attacked_this_week: 5,
    changed_this_template: 8,
    failures_of_last_month: 5,
}


def walked(demo: Demo) -> list[str]:
    """Lines of a table: the task, steps before, steps now, seconds of pages and answers together."""
    lines = []
    for task, before in TASKS.items():
        page, steps = demo.page(), Steps()
        start = time.perf_counter()
        task(page, steps)
        lines.append(f"| {task.__doc__} | {before} | {steps.number} | {time.perf_counter() - start:.1f} |")
        page.context.close()
    return lines
