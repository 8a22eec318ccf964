"""Texts compared and put in order by the database, as ``core/text/folding.py`` does it, on every server alike.

``name__folded="café"``, ``name__folded__contains="CAFE"``: both sides are folded. ``order_by("name__in_order")``: the
order of lists that people read.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import CharField, Field, Model, TextField, Transform

IN_ORDER = "__in_order"


@CharField.register_lookup
@TextField.register_lookup
class Folded(Transform):
    lookup_name = "folded"
    function = "wisely_fold"
    bilateral = True
    output_field = TextField()


@CharField.register_lookup
@TextField.register_lookup
class InOrder(Transform):
    lookup_name = "in_order"
    function = "wisely_sort_key"
    template = '(%(function)s(%(expressions)s) COLLATE "C")'
    output_field = TextField()


def in_order(model: type[Model], path: str) -> str:
    """What to order by so that a column is in order: texts by their sort key, all else by its value. ``path``: as of
    ``order_by``, perhaps with a minus before it and through foreign keys."""
    opts: Any = model._meta
    found: Field[Any, Any] | None = None
    for name in path.removeprefix("-").split("__"):
        try:
            found = opts.get_field(name)
        except FieldDoesNotExist:
            return path
        opts = getattr(found.related_model, "_meta", None) if found else None
    is_text = isinstance(found, CharField | TextField) and not found.choices
    return path + IN_ORDER if is_text else path
