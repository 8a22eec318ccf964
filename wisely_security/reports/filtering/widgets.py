"""Widgets without templates: inputs, and hundreds of choices as a drop-down or as check boxes that fold away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any

from django import forms
from django.forms import widgets
from django.forms.utils import flatatt
from django.utils.safestring import SafeString, mark_safe


class Input(widgets.Input):
    """Django's own output without its four templates for each."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        shown = self.format_value(value)
        its_value = "" if shown is None else f' value="{escape(str(shown))}"'
        own = flatatt(self.build_attrs(self.attrs, attrs))
        return mark_safe(f'<input type="{self.input_type}" name="{name}"{its_value}{own}>')  # noqa: S308  # nosec


class DropDown(forms.Select):
    """Django's own output without its template for each choice, which takes longer than the whole page."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        chosen = set(self.format_value(value))
        pieces = []
        for key, label in self.choices:
            if isinstance(label, (list, tuple)):
                pieces.append(f'<optgroup label="{escape(str(key))}">{_options(label, chosen)}</optgroup>')
            else:
                pieces.append(_options([(key, label)], chosen))
        own = flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})}))
        return mark_safe(f"<select{own}>{''.join(pieces)}</select>")  # noqa: S308  # nosec


def _options(choices: Iterable[tuple[Any, Any]], chosen: set[str]) -> str:
    pieces = []
    for key, label in choices:
        selected = ""
        if str(key) in chosen:
            selected = " selected"
            chosen.clear()  # a key that is there twice, in two groups, is selected once
        pieces.append(f'<option value="{escape(str(key))}"{selected}>{escape(str(label))}</option>')
    return "".join(pieces)


class Picker(forms.Widget):
    """Check boxes in a ``<details>``, which says what is chosen, with one more that turns them into what to leave out.

    Its value is that of a ``ManyFilter``. ``describe``: gives the label, and what is chosen in words. ``count``: by
    choice, how many events have it; None: they were not counted.
    """

    choices: Iterable[tuple[Any, Any]] = ()
    describe: Callable[[], tuple[str, str]] = staticmethod(lambda: ("", ""))
    count: Callable[[], Mapping[str, int] | None] = staticmethod(lambda: None)
    find = "Find…"
    needs_search = 8
    kind = note = ""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        excluded = str(value or "").startswith("-")
        chosen = set(str(value or "").removeprefix("-").split(","))
        choices, counts = list(self.choices), self.count()
        groups = [(key, label) for key, label in choices if isinstance(label, (list, tuple))]
        single = [(key, label) for key, label in choices if key and not isinstance(label, (list, tuple))]
        shown = _boxes(name, single, chosen, counts)
        for title, options in groups:
            heading, boxes = escape(str(title)), _boxes(name, options, chosen, counts)
            shown += f'<div class="picker-group" role="group" aria-label="{heading}"><p>{heading}</p>{boxes}</div>'
        number = len(single) + sum(len(options) for _, options in groups)
        label, words = map(escape, self.describe())
        own = self.build_attrs(self.attrs, attrs or {})
        summary = flatatt({key: own[key] for key in ("id", "aria-describedby") if own.get(key)})
        wrong = " picker-wrong" if own.get("aria-invalid") else ""
        search = f'<input class="picker-search" type="search" placeholder="{self.find}" aria-label="Find in {label}">'
        checked = " checked" if excluded else ""
        return mark_safe(  # noqa: S308  # nosec
            f'<details class="picker{wrong}{self.kind}" name="picker" data-filter="{name}"><summary{summary}>'
            f'<span class="picker-label">{label}</span><span class="picker-value">{words}</span></summary>'
            f'<div class="picker-panel">{search if number > self.needs_search else ""}'
            f'<label class="picker-not"><input type="checkbox" name="{name}" value="-"{checked}>'
            "<span>All but these</span></label>"
            f'<div class="picker-options" role="group" aria-label="{label}">{shown}</div>{self.note}</div></details>'
        )


class PeoplePicker(Picker):
    """Its search finds everybody; without a script, the box above it does."""

    find = "Find anyone…"
    needs_search = -1
    kind = " picker-people"
    note = '<p class="picker-note no-js">Somebody else? Search for <code>by:name</code>.</p>'


def _boxes(
    name: str, options: Iterable[tuple[Any, Any]], chosen: set[str], counts: Mapping[str, int] | None = None
) -> str:
    pieces = []
    for key, label in options:
        checked = ""
        if str(key) in chosen:
            checked = " checked"
            chosen.discard(str(key))
        count = "" if counts is None else f'<span class="picker-count">{counts.get(str(key), 0):,}</span>'
        pieces.append(
            f'<label class="picker-option"><input type="checkbox" name="{name}" value="{escape(str(key))}"{checked}>'
            f"<span>{escape(str(label))}</span>{count}</label>"
        )
    return "".join(pieces)
