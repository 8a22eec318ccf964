"""The forms of Django admin: what somebody has changed on a page is stored, nothing else; and it is shown in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms.models import ModelChoiceField
from django.utils.choices import flatten_choices
from django.utils.text import Truncator

from ..forms.edit_form import EditForm

CONFLICT = "conflict"  # the code of an error: somebody else was quicker
LONGEST_SAID = 80


class ComparedForm(EditForm):
    """Comes before the form of a page that edits. The page carries what it has shown, and so ``changed_data`` is what
    somebody changed on it, not what others have changed while it was open.

    What was not changed there stays as others have left it. A field that others have changed as well gets an error;
    saving once more, with their value in sight, is meant.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self.changed_data:
            if name not in self.errors and self._others_have_changed(name):
                self.add_error(name, ValidationError(self._what_there_is(name), code=CONFLICT))
                self._show(name)
        return {name: value for name, value in data.items() if name in self.changed_data}

    def _others_have_changed(self, name: str) -> bool:
        """Away from what was shown, and to something else than what was typed."""
        bound = self[name]
        return not any(self.look_the_same(name, bound.initial, other) for other in (self.shown(name), bound.data))

    def _what_there_is(self, name: str) -> str:
        now = Truncator(display_value(self.fields[name], self[name].initial)).chars(LONGEST_SAID)
        there_is = f"it is now “{now}”" if now else "it is now empty"
        return f"Someone else has changed this since you opened the page: {there_is}. Save again to overwrite it."

    def _show(self, name: str) -> None:
        """Let the page carry what there is now."""
        bound, data = self[name], self.data.copy()  # type: ignore[attr-defined]
        now = self.fields[name].prepare_value(bound.initial)
        values = now if isinstance(now, list) else [] if now is None else [now]
        data.setlist(bound.html_initial_name, [str(value) for value in values])
        self.data = data


def changes_of(form: Any, names: Iterable[str]) -> dict[str, list[str]]:
    """What a form has changed of these fields, in words: ``{label: [before, after]}``."""
    return {
        str(form[name].label): [
            display_value(form.fields[name], form[name].initial),
            display_value(form.fields[name], form.cleaned_data[name]),
        ]
        for name in names
    }


def additions_of(form: Any, names: Iterable[str]) -> dict[str, list[str]]:
    values = {str(form[name].label): display_value(form.fields[name], form.cleaned_data[name]) for name in names}
    return {label: ["", value] for label, value in values.items() if value}


def display_value(field: Any, value: Any) -> str:
    """A value as the form's reader sees it."""
    if value is None or value == "":
        return ""
    if isinstance(value, Model):
        return str(value)
    if isinstance(value, list | tuple | QuerySet):
        return ", ".join(display_value(field, each) for each in value)
    if isinstance(field, ModelChoiceField):
        return str(field.to_python(value))
    choices: dict[Any, Any] = dict(flatten_choices(getattr(field, "choices", ())))
    return str(choices.get(value, value))
