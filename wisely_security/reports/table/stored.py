"""A column that is added to a record brings the field of its events, and what sealing, erasing and searching have to
know of it. (The fields that a record began with are attributes of its model.)"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from django.db.models import CharField, Field, TextField

from wisely_security.ledger.models import Event

from .cells import Label
from .columns import ReportTable


class About(Enum):
    """Of whom a value says something: what is of a person is sealed behind a commitment, so that it can be erased."""

    NOBODY = "nobody"
    PERSON = "person"
    WHEREABOUTS = "whereabouts"  # of a person: where, or with what, they were


@dataclass(frozen=True, kw_only=True)
class Stored:
    """``field`` has a ``db_default``, which is a plain value and never changes: events of before have it."""

    field: Field[Any, Any]
    about: About


def add_stored_fields(model: type[Event], table: type[ReportTable]) -> None:
    """Free text finds what a stored column shows, and each filter of a column has its field in search segments."""
    for column in table.columns_of():
        if stored := column.stored:
            name, indexed = column.cell.field, model.indexed
            field = stored.field.clone()
            field.default = field.db_default  # for events that are put together in Python
            model.add_to_class(name, field)
            if stored.about is not About.NOBODY:
                model.personal = (*model.personal, name)
            if stored.about is About.WHEREABOUTS:
                model.of_person = replace(model.of_person, whereabouts=(*model.of_person.whereabouts, name))
            if isinstance(column.cell, Label):
                model.indexed = replace(indexed, labelled={**indexed.labelled, name: column.cell.all_choices})
            elif isinstance(stored.field, CharField | TextField):
                model.indexed = replace(indexed, texts={**indexed.texts, name: name})
        if column.filter and column.filter.field_name not in model.indexed.single:
            model.indexed = replace(model.indexed, columns=(*model.indexed.columns, str(column.filter.field_name)))
