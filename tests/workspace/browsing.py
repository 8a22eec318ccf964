"""A visitor with a browser that runs no scripts: follows links, fills in forms by their labels, presses buttons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin
from xml.etree.ElementTree import Element, TreeBuilder

from django.test import Client

VOID = {"br", "hr", "img", "input", "link", "meta"}
Typed = Mapping[str, Any]  # by label: text, the label of an option, the labels of all ticked boxes, or a yes or no


class _Parser(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.builder = TreeBuilder()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in VOID:
            self.builder.end(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.builder.end(tag)

    def handle_data(self, data: str) -> None:
        self.builder.data(data)


def text_of(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


class Form:
    """``values``: what a browser would send."""

    def __init__(self, element: Element) -> None:
        self.element = element
        self.values: dict[str, Any] = {}
        self._names = {each.get("id"): each.get("name") for each in element.iter() if each.get("name")}
        for each in element.iter():
            if each.get("name"):
                self._start_with(each)

    def _start_with(self, field: Element) -> None:
        name, value = str(field.get("name")), field.get("value", "")
        if field.get("type") in {"checkbox", "radio"}:
            if field.get("checked") is not None:
                self.values.setdefault(name, []).append(value or "on")
        elif field.tag == "select":
            chosen = [each for each in field.iter("option") if each.get("selected") is not None]
            self.values[name] = (chosen or list(field.iter("option")))[0].get("value", "")
        elif field.tag == "textarea":
            self.values[name] = (field.text or "").removeprefix("\n")
        else:
            self.values[name] = value

    @property
    def buttons(self) -> list[str]:
        return [text_of(button) for button in self.element.iter("button")]

    def fill(self, typed: Typed) -> None:
        """Raises LookupError for a label, an option or a box that the page does not have."""
        for label, value in typed.items():
            if isinstance(value, list):
                self._tick(label, value)
            else:
                self._enter(label, value)

    def _enter(self, label: str, value: Any) -> None:
        name = self._named(label)
        select = next((each for each in self.element.iter("select") if each.get("name") == name), None)
        if select is not None:
            value = {text_of(each): each.get("value", "") for each in select.iter("option")}[value]
        if value is False:
            self.values.pop(name, None)
        else:
            self.values[name] = ["on"] if value is True else value

    def _named(self, label: str) -> str:
        for each in self.element.iter("label"):
            if (each.text or "").strip() == label:
                return str(self._names[each.get("for")])
        raise LookupError(f"No field is called {label!r}.")

    def _tick(self, legend: str, labels: list[str]) -> None:
        [group] = [each for each in self.element.iter("fieldset") if text_of(each[0]) == legend]
        boxes = {text_of(each): each.find("input") for each in group.iter("label") if each.find("input") is not None}
        [name] = {str(box.get("name")) for box in boxes.values() if box is not None}
        if unknown := set(labels) - set(boxes):
            raise LookupError(f"{legend} has no {unknown}.")
        self.values[name] = [box.get("value") for label, box in boxes.items() if box is not None and label in labels]

    def errors(self) -> dict[str, str]:
        """The error of each field by its name; errors of the whole form by ""."""
        errors = {}
        for each in self.element.iter():
            if each.get("aria-invalid") == "true":
                texts = [text_of(note) for note in self._described_by(each) if "errorlist" in note.get("class", "")]
                errors[str(each.get("name"))] = " ".join(texts)
        for note in self.element.iter():
            if "nonfield" in note.get("class", ""):
                errors[""] = text_of(note)
        return errors

    def _described_by(self, field: Element) -> Iterator[Element]:
        ids = set()
        for each in [field, *self.element.iter("fieldset")]:
            if each is field or field in each.iter():
                ids |= set(each.get("aria-describedby", "").split())
        return (each for each in self.element.iter() if each.get("id") in ids)


class Visitor:
    """``answer``: the answer to the last press, before redirects. ``page``: what is on the screen."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.url = ""
        self.answer: Any = None
        self.page: Any = None
        self._read: tuple[Any, Element] | None = None  # a page, and what it says

    @classmethod
    def of(cls, answer: Any) -> Visitor:
        """Somebody who reads this answer."""
        visitor = cls(answer.client)
        visitor.page = answer
        return visitor

    def open(self, url: str) -> Visitor:
        url = urljoin(self.url, url)
        self.page = self.client.get(url, follow=True)
        assert self.page.status_code == 200, f"{url} answers {self.page.status_code}"
        self.url = self.page.redirect_chain[-1][0] if self.page.redirect_chain else url
        return self

    @property
    def html(self) -> str:
        return str(self.page.content.decode())

    @property
    def tree(self) -> Element:
        if self._read is None or self._read[0] is not self.page:
            self._read = self.page, _Parser(self.html).builder.close()
        return self._read[1]

    @property
    def main(self) -> Element:
        return next(self.tree.iter("main"))

    @property
    def text(self) -> str:
        return text_of(self.main)

    def links(self, within: Element | None = None) -> dict[str, str]:
        tree = self.tree if within is None else within
        return {text_of(each): each.get("href", "") for each in tree.iter("a")}

    def menu(self, entry: str) -> Visitor:
        [menu] = [each for each in self.tree.iter("nav") if each.get("id") == "menu"]
        return self.open(self.links(menu)[entry])

    def follow(self, link: str) -> Visitor:
        return self.open(self.links()[link])

    @property
    def form(self) -> Form:
        """The form of a page that has one to fill in or to confirm; another may be hidden until a script shows it."""
        shown = [each for each in self.main.iter("form") if each.get("hidden") is None]
        [form] = [Form(each) for each in shown if each.get("method") == "post"]
        return form

    @property
    def offered(self) -> set[str]:
        """The actions offered here: links and buttons."""
        buttons = {text_of(each) for each in self.main.iter("button")}
        return buttons | set(self.links(self.main))

    def form_with(self, button: str) -> Form:
        [form] = [form for form in map(Form, self.main.iter("form")) if button in form.buttons]
        return form

    def follow_in_page(self, link: str) -> Visitor:
        return self.open(self.links(self.main)[link])

    def press(self, typed: Typed | None = None) -> Visitor:
        """Fill in the form of the page and send it."""
        form = self.form
        form.fill(typed or {})
        return self.send(form)

    def address_of(self, form: Form) -> str:
        return form.element.get("action") or self.url

    def send(self, form: Form) -> Visitor:
        self.url = self.address_of(form)
        self.answer = self.client.post(self.url, form.values)
        if self.answer.status_code == 302:
            return self.open(self.answer["Location"])
        self.page = self.answer
        return self
