"""Rows of events as COPY gives them, and their leaves: what ``leaves.leaf`` makes of the same events, in a third of its
time. Each value becomes its JSON; the objects around them, whose keys are known, are templates."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from hashlib import sha256
from json.encoder import encode_basestring
from operator import itemgetter
from typing import Any, Protocol

from django.db import models

from wisely_security.ledger.models import Event

from ... import leaves
from .copying import Row
from .sealed_columns import later_columns, sealed_names

NULL = "null"

SealedJson = Callable[[Row, bytes, str], tuple[bytes, bytes]]


class LeafHash(Protocol):
    """``sealed`` and ``kept``, in hexadecimal, of an event from which a person was erased (``ledger_erased``): the
    commitment that its leaf holds, and that to what is left, with the salt of now. Something else is left: no bytes.
    """

    def __call__(self, row: Row, salt: bytes, sealed: str = "", kept: str = "") -> bytes: ...


def columns(model: type[Event]) -> list[str]:
    """What a row has: the id first."""
    return ["id", *(name for name in sealed_names(model) if name not in ("id", "occurred_at"))]


@cache
def leaf_hasher(model: type[Event], first: int) -> LeafHash:
    """A function of a row, which has the columns from ``first`` on, and a salt. TypeError for a column of a kind that
    cannot be sealed."""
    json_of = sealed_json(model, first)

    def leaf_hash(row: Row, salt: bytes, sealed: str = "", kept: str = "") -> bytes:
        leaf, personal = json_of(row, salt, sealed)
        if sealed and sha256(salt + personal).hexdigest() != kept:
            return b""
        return sha256(b"\0" + leaf).digest()

    return leaf_hash


def sealed_json(model: type[Event], first: int) -> SealedJson:
    """A function of a row, a salt, and the commitment that its leaf holds ("": the one to its personal fields). It
    returns the leaf, and the canonical JSON of the personal fields."""
    names = [*columns(model), "occurred_at"]
    odd = [(place, convert) for place, name in enumerate(columns(model)) if (convert := _conversion(model, name))]
    later = later_columns(model)
    defaults = [(names.index(name), _json(value)) for name, value in (later.plain | later.personal).items()]
    version = str(leaves.VERSION)

    @cache
    def template(*left_out: bool) -> _Template:
        """``left_out``: for each later column, whether the event has its default."""
        without = {names[place] for (place, _), is_left_out in zip(defaults, left_out, strict=True) if is_left_out}
        return _Template(names, model.personal, without)

    def of_row(row: Row, salt: bytes, commitment: str) -> tuple[bytes, bytes]:
        values = row[first:]
        parts = [NULL if value is None else encode_basestring(value) for value in values]
        for place, convert in odd:
            if (value := values[place]) is not None:
                parts[place] = convert(value)
        parts.append(_time(values[0] or ""))
        its = template(*[parts[place] == default for place, default in defaults])
        personal = (its.personal % its.of_personal(parts)).encode()
        kept = commitment or sha256(salt + personal).hexdigest()
        parts += (version, f'"{kept}"')
        leaf = (its.plain % its.of_plain(parts)).encode()
        if len(leaf) > leaves.MAX_SIZE:
            leaf = _shortened(leaf, kept)
        return leaf, personal

    return of_row


class _Template:
    """The two objects of a leaf, and what picks their values from those of ``names``, ``v`` and ``personal``."""

    def __init__(self, names: Sequence[str], personal: Sequence[str], without: Collection[str]) -> None:
        everything = [*names, "v", "personal"]
        self.plain, self.of_plain = _object(everything, {*everything} - {*personal} - {*without})
        self.personal, self.of_personal = _object(everything, {*personal} - {*without})


def _object(names: Sequence[str], keys: Collection[str]) -> tuple[str, Callable[[Sequence[str]], tuple[str, ...]]]:
    """There are two keys at least."""
    in_order = sorted(keys)
    pick: Callable[[Sequence[str]], tuple[str, ...]] = itemgetter(*map(names.index, in_order))
    return "{" + ",".join(f'"{key}":%s' for key in in_order) + "}", pick


def _shortened(leaf: bytes, kept: str) -> bytes:
    plain = {name: value for name, value in json.loads(leaf).items() if name not in leaves.RESERVED}
    return leaves.erased_leaf(plain, [*plain], kept)


def _conversion(model: type[Event], name: str) -> Callable[[str], str] | None:
    """From text of COPY to JSON; None: the text is the value."""
    field = model._meta.get_field(name)
    for kind, convert in _CONVERSIONS:
        if isinstance(field, kind):
            return convert
    if isinstance(field, _TEXTS):
        return None
    raise TypeError(f"{model._meta.label}.{name} cannot be sealed: a {type(field).__name__} needs its conversion here.")


def _json(value: Any) -> str:
    return leaves.canonical(leaves.as_json(value)).decode()


@lru_cache(maxsize=10_000)  # people are in the same places
def _float(text: str) -> str:
    return f'"{float(text)!r}"'


_TEXTS = (models.CharField, models.TextField, models.UUIDField, models.GenericIPAddressField, models.DateField)
_CONVERSIONS: list[tuple[type[Any], Callable[[str], str]]] = [
    (models.BooleanField, {"t": "true", "f": "false"}.__getitem__),
    (models.FloatField, _float),
    (models.IntegerField, lambda text: _json(int(text))),
    (models.JSONField, lambda text: text if text in ("{}", "[]") else _json(json.loads(text))),
    (models.DateTimeField, lambda text: _json(datetime.fromisoformat(text))),
]


def _time(event_id: str) -> str:
    """Of an event, as JSON: its id has it, to the millisecond."""
    seconds, milliseconds = divmod(int(event_id[:8] + event_id[9:13], 16), 1000)
    minute, second = divmod(seconds, 60)
    return f'"{_minute(minute)}:{second:02}.{milliseconds:03}000Z"'


@lru_cache(maxsize=1000)
def _minute(number: int) -> str:
    """Events come in the order of time: it is the same for several, as a rule."""
    return datetime.fromtimestamp(60 * number, UTC).replace(tzinfo=None).isoformat(timespec="minutes")
