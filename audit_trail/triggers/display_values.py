"""The display value of a field, as SQL: triggers write it into the event."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import indent
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.choices import flatten_choices

from ..registry import Audited, audited_as

LONGEST_TEXT = 5000  # characters of one value in an event


def literal(text: str) -> str:
    """An SQL string (standard_conforming_strings is on)."""
    return "'" + text.replace("'", "''") + "'"


def label(field: Any) -> str:
    name = str(field.verbose_name)
    return name[:1].upper() + name[1:]


def display_value(audited: Audited, field: Any, row: str) -> str:
    """An SQL expression for the value of ``field`` in ``row`` as text; NULL where there is nothing to show."""
    value = f"{row}.{field.column}"
    if isinstance(field, ArrayField):
        return f"array_to_string({display_items(audited, field, row)}, ', ')"
    return _own_labels(audited, field, value) or _display_value(field, value)


def display_items(audited: Audited, field: ArrayField[Any, Any], row: str) -> str:
    """The same for a list: an SQL array of texts."""
    item = _own_labels(audited, field, "item") or _display_value(field.base_field, "item")
    return (
        f"ARRAY(\n{indent(f'SELECT {item}', '    ')}\n"
        f"    FROM unnest({row}.{field.column}) WITH ORDINALITY AS items (item, place) ORDER BY place\n)"
    )


def _own_labels(audited: Audited, field: Any, value: str) -> str:
    """The expression that is declared for this field."""
    labels = audited.labels.get(field.name)
    return display_choice(labels(), value) if labels else ""


def display_choice(choices: Iterable[tuple[Any, Any]], value: str) -> str:
    """The label of a stored key; the key itself where there is no label."""
    whens = "".join(f"\n    WHEN {literal(str(key))} THEN {literal(str(text))}" for key, text in choices if key)
    return f"CASE {value}::text{whens}\n    ELSE {value}::text END"


def _display_value(field: Any, value: str) -> str:
    if field.choices:
        return display_choice(flatten_choices(field.choices), value)
    if isinstance(field, models.BooleanField):
        return f"CASE WHEN {value} THEN 'Yes' WHEN NOT {value} THEN 'No' END"
    if isinstance(field, models.ForeignKey):
        return _name_of(field, value)
    if isinstance(field, models.TextField):
        return (
            f"CASE WHEN length({value}) > {LONGEST_TEXT} THEN left({value}, {LONGEST_TEXT}) "
            f"|| '… (' || length({value}) || ' characters)' ELSE {value} END"
        )
    return f"{value}::text"


def _name_of(field: models.ForeignKey[Any, Any], value: str) -> str:
    """The current name of the record that a foreign key points to; its key if there is no such record."""
    related = field.related_model
    followed = audited_as(related)
    name = followed.name.format(row="other") if followed else "other.name"
    return f"coalesce((SELECT {name} FROM {related._meta.db_table} AS other WHERE other.id = {value}), {value}::text)"
