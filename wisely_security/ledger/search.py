"""Free text: what it finds among events, and where to look for it (``migrations/0005_blocks.sql``)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.models import F, Q, Value

from .networks import Within, parse_network

_ADDRESS_AS_HEX = "'ip' || family(ip) || substr(encode(inet_send(ip), 'hex'), 9)"  # without the header of four bytes
Choices = Callable[[], Iterable[tuple[Any, Any]]]


@dataclass(frozen=True, slots=True)
class Searched:
    """What of an event free text is looked for in.

    ``texts``: lookups that lead to text, each with the same in SQL. ``labelled``: columns of keys, which are found by
    their labels. ``also``: what else may hold a word, as a condition; ``also_sql``: the same as an SQL array of texts.
    ``block_size``: in events. ``has_address_index``: an address is found by an index of its own.
    """

    texts: Mapping[str, str]
    labelled: Mapping[str, Choices]
    also: Callable[[str], Any] | None = None
    also_sql: str = "ARRAY[]::text[]"
    block_size: int = 500
    has_address_index: bool = False

    def holds(self, word: str) -> Any:
        """The condition that an event shows a word. An address or a network is matched as such."""
        network = parse_network(word)
        if network is not None:
            return _at(network)
        conditions = [Q(**{f"{lookup}__icontains": word}) for lookup in self.texts]
        conditions += [Q(**{f"{column}__in": self._keys(column, word)}) for column in self.labelled]
        if self.also:
            conditions.append(Q(self.also(word)))
        return reduce(operator.or_, conditions)

    def _keys(self, column: str, word: str) -> list[str]:
        return [key for key, label in self.labelled[column]() if word.lower() in str(label).lower()]

    def patterns(self, word: str) -> list[str]:
        """Patterns for LIKE, one of which a block's words fulfil if an event of the block holds the word."""
        network = parse_network(word)
        if network is not None:
            return [f"%{_as_hex(network)}%"]
        keys = [f"{_mark(column)}{key}⟩" for column in self.labelled for key in self._keys(column, word)]
        return [pattern_of(text) for text in (word, *keys)]

    def is_indexed(self, text: str) -> bool:
        """Whether an index leads to what a text finds: it has an address."""
        networks = [parse_network(word) for word in text.split()]
        return self.has_address_index and any(network and network.num_addresses == 1 for network in networks)

    @property
    def sql(self) -> str:
        """An array of an event's texts, and what else its block is found by."""
        keys = (f"'{_mark(column)}' || {column} || '⟩'" for column in self.labelled)
        return f"ARRAY[{', '.join((*self.texts.values(), *keys, _ADDRESS_AS_HEX))}] || {self.also_sql}"


def _mark(column: str) -> str:
    return f"⟨{column} "


def _at(network: IPv4Network | IPv6Network) -> Any:
    if network.num_addresses == 1:
        return Q(ip=str(network.network_address))
    return Within(F("ip"), Value(str(network)))


def _as_hex(network: IPv4Network | IPv6Network) -> str:
    """How the addresses of a network begin among a block's words. Their trigrams are rarer than those of decimals."""
    return f"ip{network.version}{network.network_address.packed.hex()[: network.prefixlen // 4]}"


def pattern_of(text: str) -> str:
    """A pattern for LIKE that a block's words fulfil if a text of the block holds this one."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", text) + "%"


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
