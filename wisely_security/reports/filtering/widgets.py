"""A drop-down of hundreds."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.safestring import SafeString, mark_safe


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
