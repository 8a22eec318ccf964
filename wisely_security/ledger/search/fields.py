"""What of a record search segments are built from, and the condition that an event holds what somebody looks for.

Texts are compared folded (``wisely_security/core/text/folding.py``), typed ones and those of events.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, F, Func, Q, Value
from django.db.models.fields.json import KT

from wisely_security.core.text.folding import fold

from .networks import Network, Within, parse_networks
from .pasted import as_recorded, bare

Choices = Callable[[], Iterable[tuple[Any, Any]]]
# How many bits of an address are a token of their own: of a network that is between two of them, the shorter one is.
PREFIXES = {4: (32, 16, 0), 6: (128, 48, 0)}


class TextCondition(Func):
    """A condition whose second expression is a pattern for LIKE, which the folded text of a segment fulfils as well."""

    output_field = BooleanField()

    @property
    def pattern(self) -> str:
        value: Any = self.source_expressions[1]
        return str(value.value)


class Holds(TextCondition):
    """Whether a text fulfils a pattern: ``Holds(F("place"), Value(pattern_of("pune")))``."""

    template = "wisely_fold(%(expressions)s)"
    arg_joiner = ") LIKE wisely_fold("


@dataclass(frozen=True, slots=True)
class IndexedFields:
    """What an event is found by.

    ``texts``: lookups that lead to text, each with the same in SQL. ``labelled``: columns of keys, which a text finds
    by their labels. ``also``: what else may hold a word, as a condition of a pattern; ``also_sql``: the same as an SQL
    array of texts. ``also_at``, ``also_addresses_sql``: what else an address may be found in, as a condition of a
    network, and in SQL as a table of ``ip``. ``ids``: columns that an ID is looked for in, beside that of the event.

    ``columns``: others that filters are on; ``paired``: those that are often chosen together; ``beside_address``: those
    that are often chosen together with an address. ``segment_size``: in events.
    """

    texts: Mapping[str, str]
    labelled: Mapping[str, Choices]
    ids: tuple[str, ...]
    columns: tuple[str, ...]
    paired: tuple[str, ...]
    beside_address: tuple[str, ...] = ("status",)
    also: Callable[[str], Any] | None = None
    also_sql: str = "ARRAY[]::text[]"
    also_at: Callable[[str], Any] | None = None
    also_addresses_sql: str = ""
    segment_size: int = 256

    def holds(self, word: str) -> Any:
        """The condition that an event shows a word. An address or a network is matched as such."""
        if networks := parse_networks(bare(word)):
            at = reduce(operator.or_, map(_at, networks))
            return reduce(operator.or_, (Q(self.also_at(str(each))) for each in networks), at) if self.also_at else at
        word = as_recorded(word)
        pattern = pattern_of(word)
        conditions = [Q(Holds(_text(lookup), Value(pattern))) for lookup in self.texts]
        conditions += [Q(**{f"{column}__in": self._keys(column, word)}) for column in self.labelled]
        if self.also:
            conditions.append(Q(self.also(pattern)))
        return reduce(operator.or_, conditions)

    def _keys(self, column: str, word: str) -> list[str]:
        return [key for key, label in self.labelled[column]() if fold(word) in fold(str(label))]

    def having(self, key: UUID) -> Q:
        """The condition that an event has an ID, or is the one that has it."""
        return reduce(operator.or_, [Q(**{name: key}) for name in ("id", *self.ids)])

    @property
    def single(self) -> frozenset[str]:
        """Columns of whose values each is a token."""
        return frozenset((*self.labelled, *self.ids, *self.columns, *self.paired))

    def pairs(self, columns: Iterable[str]) -> list[tuple[str, str]]:
        """Of some columns those two of which a pair of values has a token."""
        return list(combinations([name for name in self.paired if name in columns], 2))

    @property
    def texts_sql(self) -> str:
        """An array of an event's texts."""
        return f"ARRAY[{', '.join(self.texts.values())}] || {self.also_sql}"

    @property
    def tokens_sql(self) -> str:
        """An array of what an event has in its columns, as ``label`` says it."""
        columns = [(name,) for name in sorted(self.single)]
        labels = [_label_sql(names) for names in [*columns, *self.pairs(self.paired)]]
        own = f"ARRAY[{', '.join([*labels, *self._address_labels])}]"
        if not self.also_addresses_sql:
            return own
        each = f"unnest(ARRAY[{', '.join(self._address_labels)}]) AS token"
        also = f"SELECT token FROM {self.also_addresses_sql} AS also, {each} WHERE token IS NOT NULL"  # noqa: S608
        return f"{own} || ARRAY({also})"

    @property
    def _address_labels(self) -> list[str]:
        """In SQL, over ``ip``."""
        labels = []
        for version, prefixes in PREFIXES.items():
            of_prefixes = [f"'ip{version}/{bits} ' || {_hexadecimal(bits)}" for bits in prefixes]
            beside = [f"{of_prefixes[0]} || '|' || {_label_sql((name,))}" for name in self.beside_address]
            labels += [f"CASE family(ip) WHEN {version} THEN {each} END" for each in [*of_prefixes, *beside]]
        return labels


def label(values: Mapping[str, Any]) -> str:
    """What a token is the hash of: of a column's value, or of several together."""
    return "|".join(f"{name}={'' if value is None else value}" for name, value in values.items())


def _label_sql(names: Iterable[str]) -> str:
    return " || '|' || ".join(f"'{name}=' || coalesce({name}::text, '')" for name in names)


def address_label(network: Network) -> str:
    bits = next(bits for bits in PREFIXES[network.version] if bits <= network.prefixlen)
    return f"ip{network.version}/{bits} {network.network_address.packed.hex()[: bits // 4]}"


def _hexadecimal(bits: int) -> str:
    return f"substr(encode(inet_send(ip), 'hex'), 9, {bits // 4})"  # without the header of four bytes


def _text(lookup: str) -> Any:
    if lookup == "ip":
        return Func(F("ip"), function="host")
    return KT(lookup) if "__" in lookup else F(lookup)


def _at(network: Network) -> Any:
    if network.num_addresses == 1:
        return Q(ip=str(network.network_address))
    return Within(F("ip"), Value(str(network)))


def pattern_of(text: str) -> str:
    """A pattern for LIKE that folded texts fulfil which hold this one. The database folds the pattern once more:
    it may know characters that Python does not know yet."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", fold(text)) + "%"
