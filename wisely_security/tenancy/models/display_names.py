"""Under which name somebody stands in the records: nobody's but their own.

Whatever acts has such a name: a user, an access account. Two of them in a tenant may not look alike; nobody has a name
that the recorders give, or one that ends as the names of people of another company do ("Dana Diaz (Wisely support)").
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Model

from wisely_security.core.actor_names import RESERVED, SUPPORT
from wisely_security.core.request_context import acting_as
from wisely_security.core.text.confusables import skeleton

_named: dict[type[Model], str] = {}


def declare(model: type[Model], field: str) -> None:
    """Records of ``model`` act, and are known by this field. They have a ``tenant``; support staff have none."""
    _named[model] = field


def validate_company_name(name: str) -> None:
    """It stands behind the names of the company's people. Raises ValidationError."""
    own = skeleton(name)
    if not any(map(str.isalnum, own)):
        raise ValidationError("Enter a name that contains letters.", code="display_name")
    if own in _reserved() or skeleton(SUPPORT) in own:
        raise ValidationError("This name is reserved. Choose another one.", code="display_name")


def validate_display_name(name: str) -> None:
    """The rules for a name by itself. Raises ValidationError."""
    validate_company_name(name)
    if _ends_in_brackets(name):
        raise ValidationError(
            "A name can’t end with brackets: they mark another company. Use a comma, for example “Ada King, Sales”.",
            code="display_name",
        )


@cache
def _reserved() -> frozenset[str]:
    """With the names of the database roles: who works in the database itself is recorded under them."""
    roles = [str(database.get("USER", "")) for database in settings.DATABASES.values()]
    return frozenset(skeleton(name) for name in (*RESERVED, *roles) if name)


def _ends_in_brackets(name: str) -> bool:
    """Of any script or width, also with a full stop or something unseen behind them, or left open."""
    kinds = [unicodedata.category(character) for character in unicodedata.normalize("NFKC", name)]
    telling = [kind for kind in kinds if kind in {"Ps", "Pe"} or kind[0] in "LN"]
    brackets = [kind for kind in telling if kind in {"Ps", "Pe"}]
    return telling[-1:] == ["Pe"] or brackets[-1:] == ["Ps"]


def check(record: Any) -> None:
    """For ``clean`` of a model that is declared here: a name that changes is held to the rules.

    Raises ValidationError. Whoever takes a name that looks like it meanwhile waits for the end of this transaction; the
    lock of the record itself comes first.
    """
    field = _named[type(record)]
    name = getattr(record, field)
    with acting_as(tenant_id=record.tenant_id, support=record.tenant_id is None):
        if name and name != _stored(record, field):
            with _blaming(field):
                validate_display_name(name)
                _lock(record.tenant_id, name)
                _refuse_lookalike(
                    name,
                    _others(record),
                    "Somebody here has this name, or one that looks like it. Add a middle initial or a department, "
                    "as in “John R. Smith”.",
                )


def check_company(tenant: Any) -> None:
    """For ``clean`` of a tenant, likewise. Only support names tenants, and sees them all."""
    if tenant.name and tenant.name != _stored(tenant, "name"):
        with _blaming("name"):
            validate_company_name(tenant.name)
            _lock("tenants", tenant.name)
            others = type(tenant)._default_manager.exclude(pk=tenant.pk).values_list("name", flat=True)
            _refuse_lookalike(
                tenant.name, others, "Another tenant has this name, or one that looks like it. Choose another one."
            )


@contextmanager
def _blaming(field: str) -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        raise ValidationError({field: error}) from error


def _refuse_lookalike(name: str, others: Iterable[str], message: str) -> None:
    if skeleton(name) in map(skeleton, others):
        raise ValidationError(message, code="unique")


def _stored(record: Any, field: str) -> str | None:
    rows = type(record)._default_manager.filter(pk=record.pk)
    return None if record._state.adding else rows.values_list(field, flat=True).first()


def _lock(among: object, name: str) -> None:
    with connection.cursor() as cursor:
        key = f"display name {among} {skeleton(name)}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _others(record: Any) -> Iterator[str]:
    for model, field in _named.items():
        others = model._default_manager.filter(tenant=record.tenant_id)
        yield from others.exclude(pk=record.pk).values_list(field, flat=True)
