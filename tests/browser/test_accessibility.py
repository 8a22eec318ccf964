"""axe finds no violation in any state of any page, light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources

import pytest
from playwright.sync_api import Page, expect

from wisely_security.tenancy.models import User

from .reading import LOGIN_ACTIVITY, between, days_ago
from .site import Site
from .workspace import a_company

pytestmark = pytest.mark.long

WIDE, NARROW = 1440, 390
SOME = between(days_ago(20), days_ago(18))  # some twenty rows
AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def _open_row(page: Page) -> None:
    page.locator(".rows .open").first.click()
    expect(page.locator(".more .event-details").first).to_be_visible()


def _show_numbers(page: Page) -> None:
    page.get_by_text("Show the numbers").click()
    expect(page.get_by_role("table", name="Events per")).to_be_visible()


def _open_tops(page: Page) -> None:
    page.locator(".strip-tops summary").click()
    expect(page.locator(".tops a").first).to_be_visible()


def _show_event(page: Page) -> None:
    page.goto(page.locator(".rows .open").first.get_attribute("href") or "")


def _follow(*links: str) -> Callable[[Page], None]:
    def follow(page: Page) -> None:
        for link in links:
            with page.expect_navigation():
                page.get_by_role("main").get_by_role("link", name=link, exact=True).first.click()

    return follow


def _then(*steps: Callable[[Page], None]) -> Callable[[Page], None]:
    def do(page: Page) -> None:
        for step in steps:
            step(page)

    return do


def _press(name: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("button", name=name).click()


def _send(name: str) -> Callable[[Page], None]:
    def send(page: Page) -> None:
        with page.expect_navigation():
            page.get_by_role("button", name=name).click()

    return send


def _visit_enterprise(page: Page) -> None:
    page.get_by_role("button", name="Tenant: Initech. Switch tenant").click()
    page.get_by_role("button", name="Switch", exact=True).click()
    expect(page.get_by_role("region", name="Current tenant")).to_be_visible()


def _send_empty(page: Page) -> None:
    form = page.locator("main form[method=post]").first
    form.evaluate("form => { form.noValidate = true; }")
    form.locator("button[type=submit]").click()
    expect(page.locator("main .errorlist").first).to_be_visible()


def _save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").locator(".notice")).to_be_visible()


@dataclass(frozen=True, slots=True)
class State:
    """A page as somebody sees it, after what they did there."""

    path: str
    visitor: Callable[[Site], User] | None = lambda site: site.cast.alice
    then: Callable[[Page], None] | None = None
    width: int = WIDE


def somebody_at_work(site: Site) -> User:
    return a_company(site).alice


STATES = {
    "rows": State(SOME),
    "rows with chips": State(f"{SOME}&status=failure&q=Safari"),
    "chart with its numbers and the commonest values": State(SOME, then=_then(_open_tops, _show_numbers)),
    "chart of one day": State(between(days_ago(18), days_ago(18)), then=_show_numbers),
    "chart page": State(f"{LOGIN_ACTIVITY}chart/?period=30d"),
    "open row": State(SOME, then=_open_row),
    "event": State(SOME, then=_show_event),
    "no match": State(f"{LOGIN_ACTIVITY}?q=nobody+of+that+name"),
    "nothing recorded": State(f"{LOGIN_ACTIVITY}?period=custom&from=2020-01-01&to=2020-01-31"),
    "invalid filters": State(f"{LOGIN_ACTIVITY}?period=custom&from=2020-02-01&to=2020-01-31&status=nonsense"),
    "long names": State(SOME, visitor=lambda site: site.chief),
    "account menu": State(SOME, then=_press("Your account")),
    "keys": State(SOME, then=_press("Keyboard")),
    "time zones": State(SOME, then=_press("Asia/Kolkata")),
    "left menu": State(SOME, then=_press("Menu"), width=NARROW),
    "filter sheet": State(SOME, then=_press("Filters"), width=NARROW),
    "aggregator": State("/", visitor=lambda site: site.cast.erin, then=_press("Switch tenant")),
    "viewing an enterprise": State("/", visitor=lambda site: site.cast.erin, then=_visit_enterprise),
    "users": State("/settings/users/"),
    "invite": State("/settings/users/invite/", then=_send_empty),
    "list": State("/settings/templates/?sort=-name", visitor=somebody_at_work),
    "list of many columns": State("/settings/access-accounts/", visitor=somebody_at_work),
    "empty list": State("/settings/consent-groups/"),
    "empty search": State("/settings/business-groups/?q=nothing", visitor=somebody_at_work),
    "record": State("/settings/templates/", visitor=somebody_at_work, then=_follow("invoice")),
    "record with a list": State("/settings/waba-numbers/", visitor=somebody_at_work, then=_follow("Acme")),
    "record of a person": State("/settings/users/", visitor=somebody_at_work, then=_follow("Ella Ellis")),
    "form": State("/settings/business-groups/", visitor=somebody_at_work, then=_follow("Sales", "Edit")),
    "form with errors": State("/settings/access-accounts/add/", visitor=somebody_at_work, then=_send_empty),
    "permissions of a role": State("/settings/roles/add/", visitor=somebody_at_work, then=_send_empty),
    "remark": State(
        "/settings/templates/",
        visitor=somebody_at_work,
        then=_then(_follow("welcome", "Reject content"), _send_empty),
    ),
    "question": State("/settings/users/", visitor=somebody_at_work, then=_follow("Ella Ellis", "Suspend")),
    "API key": State(
        "/settings/access-accounts/",
        visitor=somebody_at_work,
        then=_then(_follow("Shop", "New API key"), _send("Replace key")),
    ),
    "integrity": State("/settings/security/integrity/", visitor=somebody_at_work),
    "checkpoint that is none": State("/settings/security/integrity/compare/", then=_send_empty),
    "checkpoint receiver": State("/settings/checkpoint-receivers/", visitor=somebody_at_work, then=_follow("Archive")),
    "no second factor": State("/account/second-factor/"),
    "new app": State("/account/second-factor/app/"),
    "no passkeys": State("/account/passkeys/"),
    "new passkey": State("/account/passkeys/add/"),
    "confirmation": State("/account/confirm/"),
    "findings": State("/settings/security/findings/"),
    "rules of findings": State("/settings/security/findings/rules/", then=_send("Try on the last 30 days")),
    "enterprises": State("/settings/security/enterprises/?sort=failures", visitor=lambda site: site.cast.erin),
    "alerts about findings": State("/settings/security/findings/alerts/"),
    "sign-in settings": State("/settings/sign-in/", then=_save),
    "sessions": State("/account/sessions/", visitor=lambda site: site.newcomer()),
    "profile": State("/account/profile/", visitor=lambda site: site.newcomer(), then=_save),
    "password": State("/account/password/", visitor=lambda site: site.newcomer(), then=_send_empty),
    "sign-in": State("/sign-in/", visitor=None),
    "sign-in refused": State("/sign-in/", visitor=None, then=_send_empty),
    "password reset": State("/password-reset/", visitor=None, then=_send_empty),
    "password reset sent": State("/password-reset/sent/", visitor=None),
    "ended link": State("/password-reset/00000000-0000-0000-0000-000000000000/x/", visitor=None),
    "ended question": State("/was-this-you/x/no/", visitor=None),
    "ended invitation": State("/invitation/00000000-0000-0000-0000-000000000000/x/", visitor=None),
    "forbidden": State(LOGIN_ACTIVITY, visitor=lambda site: site.cast.bob),
    "not found": State("/nothing-here/"),
}


@pytest.mark.parametrize("state", [pytest.param(state, id=name) for name, state in STATES.items()])
def test_axe_finds_nothing(visit, site, state: State) -> None:
    """One theme of each width gets the full examination, every theme that of contrast."""
    page = visit(state.visitor and state.visitor(site), width=state.width)
    page.goto(state.path)
    if state.then:
        state.then(page)
    examine(page)
    page.emulate_media(color_scheme="dark")
    examine(page, "color-contrast")
    page.set_viewport_size({"width": NARROW, "height": 900})
    examine(page)
    page.emulate_media(color_scheme="light")
    examine(page, "color-contrast")


def examine(page: Page, *rules: str) -> None:
    """Every rule, or only some."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    options = {"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})}
    violations = page.evaluate("options => axe.run(options)", options)["violations"]
    assert [(v["id"], node["html"], node["failureSummary"]) for v in violations for node in v["nodes"]] == []
