"""Rows of events as COPY gives them, and the hashes of their leaves: what ``leaves.leaf`` makes of the same events, in
a third of its time. Each value becomes its JSON; the objects around them, whose keys are known, are templates."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from hashlib import sha256
from json.encoder import encode_basestring
from operator import itemgetter
from typing import Any

from django.db import models

from ...models import Event
from .. import leaves
from .copying import Row

NOT_SEALED = frozenset({"tx"})  # of the database's own making; leaves are in its order
MILLISECONDS_A_DAY = 86_400_000

NULL = "null"

LeafHash = Callable[[Row, bytes], bytes]


def columns(model: type[Event]) -> list[str]:
    """What a row has: the id first."""
    return ["id", *(name for name in _names(model) if name not in ("id", "occurred_at"))]


@cache
def leaf_hasher(model: type[Event], first: int) -> LeafHash:
    """A function of a row, which has the columns from ``first`` on, and a salt."""
    names = [*columns(model), "occurred_at"]
    odd = [(place, convert) for place, name in enumerate(names) if (convert := _conversion(model, name))]
    personal, of_personal = _template(names, sorted(model.personal))
    plain, of_plain = _template([*names, "v", "personal"], sorted({*names, "v", "personal"} - {*model.personal}))
    version = str(leaves.VERSION)

    def leaf_hash(row: Row, salt: bytes) -> bytes:
        values = row[first:]
        parts = [NULL if value is None else encode_basestring(value) for value in values]
        for place, convert in odd:
            if place < len(values) and (value := values[place]) is not None:
                parts[place] = convert(value)
        parts.append(_time(values[0] or ""))
        kept = sha256(salt + (personal % of_personal(parts)).encode()).hexdigest()
        parts += (version, f'"{kept}"')
        leaf = (plain % of_plain(parts)).encode()
        if len(leaf) > leaves.MAX_SIZE:
            leaf = _shortened(names, model.personal, parts, kept)
        return sha256(b"\0" + leaf).digest()

    return leaf_hash


def _template(names: Sequence[str], keys: Sequence[str]) -> tuple[str, Callable[[Sequence[str]], tuple[str, ...]]]:
    """An object with these keys, and what picks their values: there are two at least."""
    pick: Callable[[Sequence[str]], tuple[str, ...]] = itemgetter(*map(names.index, keys))
    return "{" + ",".join(f'"{key}":%s' for key in keys) + "}", pick


def _shortened(names: Sequence[str], personal: Sequence[str], parts: Sequence[str], kept: str) -> bytes:
    fields = {name: json.loads(part) for name, part in zip(names, parts, strict=False) if name not in personal}
    return leaves.erased_leaf(fields, [*fields], kept)


def _names(model: type[Event]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if field.attname not in NOT_SEALED]


def _conversion(model: type[Event], name: str) -> Callable[[str], str] | None:
    field = model._meta.get_field(name)
    return next((convert for kind, convert in _CONVERSIONS if isinstance(field, kind)), None)


def _json(value: Any) -> str:
    return leaves.canonical(leaves.as_json(value)).decode()


_CONVERSIONS: list[tuple[type[Any], Callable[[str], str]]] = [
    (models.BooleanField, {"t": "true", "f": "false"}.__getitem__),
    (models.FloatField, lambda text: f'"{float(text)!r}"'),
    (models.IntegerField, lambda text: _json(int(text))),
    (models.JSONField, lambda text: text if text in ("{}", "[]") else _json(json.loads(text))),
]


def _time(event_id: str) -> str:
    """Of an event, as JSON: its id has it, to the millisecond."""
    day, rest = divmod(int(event_id[:8] + event_id[9:13], 16), MILLISECONDS_A_DAY)
    seconds, milliseconds = divmod(rest, 1000)
    minutes, seconds = divmod(seconds, 60)
    return f'"{_date(day)}T{minutes // 60:02}:{minutes % 60:02}:{seconds:02}.{milliseconds:03}000Z"'


@lru_cache(maxsize=1000)
def _date(day: int) -> str:
    return datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()
