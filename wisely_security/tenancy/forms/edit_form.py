"""The base of every form that stores a record: it stores only the fields that were changed on the page."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceField
from django.utils.choices import flatten_choices
from django.utils.functional import cached_property

from wisely_security.core.text.characters import validate_lines, validate_one_line
from wisely_security.database.fields import LINE_END


class EditForm(forms.ModelForm[Any]):
    """A field that comes back from the browser as it was shown keeps what is stored, to the letter.

    No rule refuses it: what is stored may be older than the rule, may hold spaces and line ends that no browser sends
    back, or a list in another order than its boxes. Everything else is validated, with lines that end in LF, as they
    are stored and counted.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            _mind_characters(field)

    @cached_property
    def untouched(self) -> frozenset[str]:
        """The fields of the record that came back as they were shown, or that nobody can change."""
        if self.instance._state.adding or not self.is_bound:
            return frozenset()
        return frozenset(name for name in self._meta.fields or () if name in self.fields and self._came_back(name))

    def _came_back(self, name: str) -> bool:
        if self.fields[name].disabled:
            return True
        return self.look_the_same(name, self.shown(name), self[name].data)

    def shown(self, name: str) -> Any:
        """What the page had in a field when it was opened."""
        bound, field = self[name], self.fields[name]
        if field.show_hidden_initial:
            return self._widget_data_value(field.hidden_widget(), bound.html_initial_name)
        return bound.initial

    def look_the_same(self, name: str, one: Any, other: Any) -> bool:
        """Whether a browser sends the same for two values of a field."""
        field = self.fields[name]
        sent = [_as_sent(field.widget, field.prepare_value(value)) for value in (one, other)]
        return bool(sent[0] == sent[1])

    @cached_property
    def changed_data(self) -> list[str]:
        return [name for name in super().changed_data if name not in self.untouched]

    def __getitem__(self, name: str) -> forms.BoundField:
        if name in self.fields and name not in self._bound_fields_cache:  # type: ignore[attr-defined]
            self._offer_what_is_stored(name)
        return super().__getitem__(name)

    def _offer_what_is_stored(self, name: str) -> None:
        """It stays a choice, though it is offered to nobody else any more: an old time zone, a language."""
        field: Any = self.fields[name]
        if (
            self.instance._state.adding
            or not isinstance(field, forms.ChoiceField)
            or isinstance(field, ModelChoiceField)
        ):
            return
        stored, choices = self.get_initial_for_field(field, name), cast(Any, field).choices
        offered = {str(key) for key, _ in flatten_choices(choices)}
        values = stored if isinstance(stored, list) else ["" if stored is None else stored]
        if missing := [each for each in dict.fromkeys(values) if str(each) not in offered]:
            field.choices = [*choices, *((each, each or "None") for each in missing)]

    def _widget_data_value(self, widget: forms.Widget, html_name: str) -> Any:
        """Browsers send every line end as CRLF."""
        value = super()._widget_data_value(widget, html_name)  # type: ignore[misc]
        return LINE_END.sub("\n", value) if isinstance(value, str) else value

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        for name in self.untouched:
            self._errors.pop(name, None)  # type: ignore[attr-defined]
            self.cleaned_data[name] = self._stored(name)

    def _stored(self, name: str) -> Any:
        value = getattr(self.instance, name)
        return list(value.all()) if self.instance._meta.get_field(name).many_to_many else value

    def _update_errors(self, errors: ValidationError) -> None:
        """Of a field, what was found wrong first."""
        found = getattr(errors, "error_dict", {})
        for name in self.errors.keys() & found.keys() & self.fields.keys():
            del found[name]
        if found or not hasattr(errors, "error_dict"):
            super()._update_errors(errors)  # type: ignore[misc]

    def _get_validation_exclusions(self) -> set[str]:
        exclusions: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return exclusions | self.untouched

    def _post_clean(self) -> None:
        """What has to be unique is so together with what nobody touched."""
        super()._post_clean()  # type: ignore[misc]
        if self.untouched and self.changed_data and not self.errors:
            try:
                self.instance.validate_constraints(exclude=self._get_validation_exclusions() - self.untouched)
            except ValidationError as error:
                self._update_errors(error)


def _mind_characters(field: forms.Field) -> None:
    """Refuses what cannot be shown, and lets the server count: browsers cut what is pasted in silence, and count an
    emoji as two characters."""
    if not isinstance(field, forms.CharField):
        return
    field.widget.attrs.pop("maxlength", None)
    if isinstance(field, SimpleArrayField):
        return  # its items have rules of their own
    if isinstance(field.widget, forms.Textarea):
        field.validators.append(validate_lines)
    elif not field.widget.is_hidden and validate_one_line not in field.validators:
        field.validators.append(validate_one_line)


def _as_sent(widget: forms.Widget, value: Any) -> Any:
    """A value as a browser sends it back, as far as it distinguishes values (HTML, "value sanitization algorithm")."""
    if isinstance(widget, forms.CheckboxInput):
        return str(value) == "True"
    if getattr(widget, "allow_multiple_selected", False):
        return sorted({str(each) for each in value or ()})
    text = "" if value is None else LINE_END.sub("\n", str(value))
    if isinstance(widget, forms.Textarea):
        return text.removeprefix("\n")
    if isinstance(widget, forms.EmailInput | forms.URLInput):
        text = text.strip()
    return text.replace("\n", "")
