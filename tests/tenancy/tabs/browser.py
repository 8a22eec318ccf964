"""A browser with several tabs: shared cookies, and each tab shows its page until it opens another.

It checks tokens as a real site does, and says where a form comes from, as browsers do.
"""

from __future__ import annotations

from typing import Any

from django.test import Client

from tests.support.cast import PASSWORD, WINDOWS_CHROME
from tests.workspace.browsing import Visitor
from wisely_security.tenancy.models import User

SITE = "http://testserver"


class Browser:
    def __init__(self) -> None:
        headers = {"user-agent": WINDOWS_CHROME, "origin": SITE, "sec-fetch-site": "same-origin"}
        self.client = Client(enforce_csrf_checks=True, headers=headers)

    def tab(self, url: str = "/sign-in/") -> Visitor:
        return Visitor(self.client).open(url)

    def sign_in(self, user: User) -> Visitor:
        return sign_in(self.tab(), user)

    def sign_out(self) -> None:
        tab = self.tab("/account/profile/")
        [form] = [form for form in tab.tree.iter("form") if form.get("action") == "/sign-out/"]
        token = next(each.get("value") for each in form.iter("input") if each.get("name") == "csrfmiddlewaretoken")
        assert self.client.post("/sign-out/", {"csrfmiddlewaretoken": token}).status_code == 302


def sign_in(tab: Visitor, user: User, password: str = PASSWORD) -> Visitor:
    """With the sign-in form that the tab shows."""
    return tab.press({"E-mail address": user.email, "Password": password})


def values_of(tab: Visitor) -> dict[str, Any]:
    own = {"csrfmiddlewaretoken", "form_owner", "seen"}
    return {name: value for name, value in tab.form.values.items() if name not in own}
