"""Visitors of the site while it is being killed. They note the answers; without an answer the outcome is unknown."""

from __future__ import annotations

import random
import re
import time
from http.client import HTTPException
from itertools import count
from multiprocessing import get_context
from typing import IO
from urllib.parse import urljoin

from tests.support.cast import PASSWORD
from tests.workspace.browsing import Form, Visitor

from .browser import Browser
from .notes import Notes

HOME = "/account/sessions/"
GROUPS, NUMBERS, TEMPLATES = "/settings/business-groups/", "/settings/waba-numbers/", "/settings/templates/"
ADD = {GROUPS: "Add business group", NUMBERS: "Activate number", TEMPLATES: "Create template"}


class Crowd:
    """Each person is a process."""

    def __init__(self, url: str, people: list[str], notes: Notes, records: int) -> None:
        given = [(url, email, notes, records) for email in people]
        self.people = [get_context("fork").Process(target=_live, args=each, daemon=True) for each in given]
        for person in self.people:
            person.start()

    def is_well(self) -> bool:
        return all(person.is_alive() for person in self.people)

    def stop(self) -> None:
        for person in self.people:
            person.kill()
            person.join()


def _live(url: str, email: str, notes: Notes, records: int) -> None:
    name = email.partition("@")[0]
    with (notes.values / name).open("w") as values, (notes.answers / name).open("w") as answers:
        Person(Visitor(Browser(url)), email, records, values, answers).live()  # type: ignore[arg-type]


class GoneError(Exception):
    """The page that the person wanted to continue with is missing: deleted meanwhile, or an error page."""


class Person:
    def __init__(self, visitor: Visitor, email: str, records: int, values: IO[str], answers: IO[str]) -> None:
        self.visitor, self.email, self.records = visitor, email, records
        self.values, self.answers = values, answers
        self.name = email.partition("@")[0]
        self.chance = random.Random(email)
        self.unused = (f"{self.name}_{number}" for number in count())

    def live(self) -> None:
        """Until somebody ends the process."""
        things = [self.add_a_group, self.edit_a_group, self.edit_a_group, self.activate_a_number, self.edit_a_number]
        things += [self.create_a_template, self.edit_a_template, self.delete_a_template, self.sign_out]
        while True:
            try:
                if not self.is_signed_in():
                    self.sign_in()
                self.chance.choice(things)()
            except (OSError, HTTPException):
                time.sleep(0.05)  # no answer
            except GoneError:
                pass

    def is_signed_in(self) -> bool:
        return "/sign-in/" not in self.visit(HOME).url

    def sign_in(self) -> None:
        form = self.visitor.form
        form.values |= {"username": self.email, "password": PASSWORD}
        self.send(form, "log_in")

    def sign_out(self) -> None:
        forms = [Form(each) for each in self.visit(HOME).tree.iter("form")]
        [form] = [form for form in forms if "sign-out" in form.element.get("action", "")]
        self.send(form, "log_out")

    def add_a_group(self) -> None:
        form, name, description = self.form_to_add(GROUPS), self.value(), self.value()
        owner = next(option for option in form.element.iter("option") if "Alice Adams" in (option.text or ""))
        form.values |= {"name": name, "description": description, "owner": owner.get("value")}
        self.send(form, "success", name, description)

    def edit_a_group(self) -> None:
        form, description = self.form_to_change(GROUPS), self.value()
        boxes = [each.get("value") for each in form.element.iter("input") if each.get("name") == "users"]
        form.values |= {"description": description, "users": self.chance.sample(boxes, self.chance.randint(0, 3))}
        self.send(form, "success", description)

    def activate_a_number(self) -> None:
        form, name = self.form_to_add(NUMBERS), self.value()
        form.values |= {"number": f"+1{self.chance.randrange(10**12):012}", "display_name": name}
        self.send(form, "success", name)

    def edit_a_number(self) -> None:
        form, about = self.form_to_change(NUMBERS), self.value()
        form.values |= {"about": about}
        self.send(form, "success", about)

    def create_a_template(self) -> None:
        form, name, body = self.form_to_add(TEMPLATES), self.value(), self.value()
        form.values |= {"name": name, "body": body, "category": "utility", "language": "en"}
        self.send(form, "success", name, body)

    def edit_a_template(self) -> None:
        form, body = self.form_to_change(TEMPLATES), self.value()
        form.values |= {"body": body}
        self.send(form, "success", body)

    def delete_a_template(self) -> None:
        self.send(self.form_to_change(TEMPLATES, "delete/"), "success")

    def value(self) -> str:
        return next(self.unused)

    def visit(self, url: str) -> Visitor:
        """Raises GoneError for an error page."""
        try:
            return self.visitor.open(url)
        except AssertionError as error:
            raise GoneError from error

    def records_on(self, page: str) -> list[str]:
        return sorted(set(re.findall(rf'href="({page}[0-9a-f-]{{36}}/)"', self.visit(page).html)))

    def form_to_add(self, page: str) -> Form:
        if len(self.records_on(page)) >= self.records:
            raise GoneError
        return self.visit(self.visitor.links(self.visitor.main)[ADD[page]]).form

    def form_to_change(self, page: str, how: str = "edit/") -> Form:
        records = self.records_on(page)
        if not records:
            raise GoneError
        return self.visit(urljoin(self.chance.choice(records), how)).form

    def send(self, form: Form, done: str, *values: str) -> None:
        """``done``: what is recorded if it succeeds. Else a failure is recorded, and no event has the values.

        Raises GoneError for an error page.
        """
        answer = self.visitor.client.post(self.visitor.address_of(form), form.values)
        if answer.status_code >= 500:
            raise GoneError
        success = answer.status_code == 302
        Notes.write(self.answers, [(answer["X-Request-ID"], done if success else "failure")])
        Notes.write(self.values, [(value, int(success)) for value in values])
