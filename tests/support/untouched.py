"""What a browser sends for an untouched form, by the rules of HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

Sent = dict[str, list[str]]
_NOT_SENT = {"submit", "button", "image", "reset", "file"}
_NUMBER = re.compile(r"-?(\d+|\d*\.\d+)([eE][+-]?\d+)?")


def sent_by(page: Any) -> Sent:
    """The largest form of a page, as it is when it has loaded."""
    assert page.status_code == 200, page
    parser = _Forms(page.content.decode())
    return max(parser.forms, key=len)


class _Forms(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Sent] = []
        self.inside = False
        self.name = ""  # of the field that is open
        self.text: list[str] | None = None  # of a textarea or an option
        self.chosen: list[str] = []  # of the select that is open
        self.first: str | None = None
        self.option: dict[str, str | None] = {}
        self.multiple = False
        self.feed(html.replace("\r\n", "\n").replace("\r", "\n"))  # "preprocessing the input stream"
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append({})
            self.inside = True
        if not self.inside or "disabled" in given:
            return
        name = given.get("name") or ""
        if tag == "input" and name:
            self._input(name, given)
        elif tag == "textarea":
            self.name, self.text = name, []
        elif tag == "select":
            self.name, self.chosen, self.first, self.multiple = name, [], None, "multiple" in given
        elif tag == "option":
            self.option, self.text = given, []

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif self.text is not None and tag in {"textarea", "option"}:
            text, self.text = "".join(self.text), None
            if tag == "textarea":
                self._send(self.name, text.removeprefix("\n"))
            else:
                value = self.option.get("value", text)
                self.first = value if self.first is None else self.first
                if "selected" in self.option:
                    self.chosen.append(value or "")
        elif tag == "select" and self.name:
            chosen = self.chosen if self.multiple else (self.chosen or [self.first or ""])[-1:]
            for value in chosen:
                self._send(self.name, value)
            self.name = ""

    def _input(self, name: str, given: dict[str, str | None]) -> None:
        kind, value = given.get("type") or "text", given.get("value") or ""
        if kind in _NOT_SENT:
            return
        if kind in {"checkbox", "radio"}:
            if "checked" in given:
                self._send(name, given.get("value") or "on")
            return
        if kind == "number" and not _NUMBER.fullmatch(value):
            value = ""
        if kind != "hidden":
            value = value.replace("\n", "")
        self._send(name, value.strip(" \t\f") if kind in {"email", "url"} else value)

    def _send(self, name: str, value: str) -> None:
        self.forms[-1].setdefault(name, []).append(value.replace("\n", "\r\n"))
