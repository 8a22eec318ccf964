"""Free text: what it finds among events, and where to look for it (``migrations/0005_blocks.sql``).

Texts are compared folded (``wisely_security/core/text/folding.py``), typed ones and those of events.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connections
from django.db.models import BooleanField, F, Func, Q, Value
from django.db.models.fields.json import KT

from wisely_security.core.text.folding import fold

from .networks import Network, Within, parse_networks
from .pasted import as_recorded, bare

_ADDRESS_AS_HEX = "'ip' || family(ip) || substr(encode(inet_send(ip), 'hex'), 9)"  # without the header of four bytes
Choices = Callable[[], Iterable[tuple[Any, Any]]]


class Holds(Func):
    """Whether a text fulfils a pattern: ``Holds(F("place"), Value(pattern_of("pune")))``."""

    template = "wisely_fold(%(expressions)s)"
    arg_joiner = ") LIKE wisely_fold("
    output_field = BooleanField()


@dataclass(frozen=True, slots=True)
class Searched:
    """What of an event free text is looked for in.

    ``texts``: lookups that lead to text, each with the same in SQL. ``labelled``: columns of keys, which are found by
    their labels. ``also``: what else may hold a word, as a condition of a pattern; ``also_sql``: the same as an SQL
    array of texts. ``ids``: columns that an ID is looked for in; each has an index. ``block_size``: in events.
    ``has_address_index``: an address is found by an index of its own.
    """

    texts: Mapping[str, str]
    labelled: Mapping[str, Choices]
    ids: tuple[str, ...]
    also: Callable[[str], Any] | None = None
    also_sql: str = "ARRAY[]::text[]"
    block_size: int = 500
    has_address_index: bool = False

    def holds(self, word: str) -> Any:
        """The condition that an event shows a word. An address or a network is matched as such."""
        if networks := parse_networks(bare(word)):
            return reduce(operator.or_, map(_at, networks))
        word = as_recorded(word)
        pattern = pattern_of(word)
        conditions = [Q(Holds(_text(lookup), Value(pattern))) for lookup in self.texts]
        conditions += [Q(**{f"{column}__in": self._keys(column, word)}) for column in self.labelled]
        if self.also:
            conditions.append(Q(self.also(pattern)))
        return reduce(operator.or_, conditions)

    def _keys(self, column: str, word: str) -> list[str]:
        return [key for key, label in self.labelled[column]() if fold(word) in fold(str(label))]

    def patterns(self, word: str) -> list[str]:
        """Patterns for LIKE, one of which a block's words fulfil if an event of the block holds the word."""
        if networks := parse_networks(bare(word)):
            return [f"%{_as_hex(network)}%" for network in networks]
        word = as_recorded(word)
        keys = [f"{_mark(column)}{key}⟩" for column in self.labelled for key in self._keys(column, word)]
        return [pattern_of(text) for text in (word, *keys)]

    def is_indexed(self, text: str) -> bool:
        """Whether an index leads to what a text finds: it has an address."""
        words = [parse_networks(bare(word)) for word in text.split()]
        return self.has_address_index and any(
            len(networks) == 1 and networks[0].num_addresses == 1 for networks in words
        )

    def having(self, key: UUID, events: Any) -> list[Q]:
        """The conditions on columns in which some events have an ID. It is looked for at once in all of them."""
        columns = [events.filter(**{name: key}).order_by().values_list(Value(name))[:1] for name in self.ids]
        return [Q(**{name: key}) for (name,) in columns[0].union(*columns[1:], all=True)]

    @property
    def sql(self) -> str:
        """An array of an event's texts, and what else its block is found by."""
        keys = (f"'{_mark(column)}' || {column} || '⟩'" for column in self.labelled)
        return f"ARRAY[{', '.join((*self.texts.values(), *keys, _ADDRESS_AS_HEX))}] || {self.also_sql}"


def _mark(column: str) -> str:
    return f"⟨{column} "


def _text(lookup: str) -> Any:
    if lookup == "ip":
        return Func(F("ip"), function="host")
    return KT(lookup) if "__" in lookup else F(lookup)


def _at(network: Network) -> Any:
    if network.num_addresses == 1:
        return Q(ip=str(network.network_address))
    return Within(F("ip"), Value(str(network)))


def _as_hex(network: Network) -> str:
    """How the addresses of a network begin among a block's words. Their trigrams are rarer than those of decimals."""
    return f"ip{network.version}{network.network_address.packed.hex()[: network.prefixlen // 4]}"


def pattern_of(text: str) -> str:
    """A pattern for LIKE that folded texts fulfil which hold this one. The database folds the pattern once more:
    it may know characters that Python does not know yet."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", fold(text)) + "%"


def declare_searched(using: str) -> None:
    """After ``migrate``: the database cuts blocks by what the models name."""
    from .models import Event

    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('ledger_searched') IS NULL")
        if cursor.fetchone() == (True,):  # migrated back to before there was a search
            return
        for model in apps.get_models():
            if issubclass(model, Event):
                searched = model.searched
                cursor.execute(
                    "SELECT ledger_search_in(%s, %s, %s)", [model._meta.db_table, searched.sql, searched.block_size]
                )
