"""Fields of text, wherever it is typed: of one line, and of several."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db import models

from wisely_security.core.text.characters import validate_lines, validate_one_line
from wisely_security.core.text.folding import one_line

LINE_END = re.compile("\r\n?")


class OneLineFormField(forms.CharField):
    default_validators = [validate_one_line]

    def to_python(self, value: Any) -> Any:
        return one_line(super().to_python(value) or "")

    def has_changed(self, initial: Any, data: Any) -> bool:
        """What was stored with other spaces is not changed by looking at it."""
        return super().has_changed(one_line(initial) if isinstance(initial, str) else initial, data)


class LinesFormField(forms.CharField):
    """Several lines, whose ends are line feeds: browsers send a carriage return before each."""

    widget = forms.Textarea
    default_validators = [validate_lines]

    def to_python(self, value: Any) -> Any:
        return LINE_END.sub("\n", super().to_python(value) or "")


class OneLineField(models.CharField[str, str]):
    """A CharField whose text is put on one line before it is looked at, in forms and by ``full_clean``. To migrations
    it is a CharField: the database knows no difference."""

    default_validators = [validate_one_line]

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return one_line(value) if isinstance(value, str) else value

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": OneLineFormField, **kwargs})

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
