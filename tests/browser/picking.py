"""The filters of several values, as a visitor uses them."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def picker(page: Page | Locator, label: str) -> Locator:
    return page.locator(f'.picker:has(.picker-label:text-is("{label}"))')


def option(page: Page | Locator, label: str, choice: str) -> Locator:
    """A choice of a filter, or ``All but these``."""
    return picker(page, label).locator(f'label:has(> span:text-is("{choice}"))').locator("input")


def pick(page: Page | Locator, label: str, *choices: str) -> None:
    """Open a filter, tick or untick choices, and close it."""
    summary = picker(page, label).locator("summary")
    summary.click()
    for choice in choices:
        option(page, label, choice).click()
    summary.click()


def expect_picked(page: Page | Locator, label: str, words: str) -> None:
    expect(picker(page, label).locator(".picker-value")).to_have_text(words)
