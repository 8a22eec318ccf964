"""What a query on events wants, read from its conditions: whose, between which ids, and what a segment has to have."""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import reduce
from ipaddress import ip_network
from itertools import product
from typing import Any
from uuid import UUID

from django.db.models import lookups
from django.db.models.expressions import Col
from django.db.models.sql.where import AND, OR, WhereNode

from .fields import IndexedFields, TextCondition, address_label, label
from .networks import Within

ADDRESS = "ip"
MOST_PAIRS = 100  # that are looked for; of more, each value by itself
FIRST, LAST = UUID(int=0), UUID(int=(1 << 128) - 1)


@dataclass(frozen=True, slots=True)
class OneOf:
    """A segment that has none of these has no event that is wanted. ``values``: where they are values of a column."""

    tokens: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    values: tuple[str, tuple[Any, ...]] | None = None

    def __or__(self, other: OneOf) -> OneOf:
        same = self.values if self.values == other.values else None
        return OneOf(self.tokens | other.tokens, self.patterns | other.patterns, self.ids | other.ids, same)

    @property
    def as_json(self) -> dict[str, list[str]]:
        return {"tokens": sorted(self.tokens), "patterns": sorted(self.patterns), "ids": sorted(self.ids)}


@dataclass(slots=True)
class Wanted:
    """``after`` and ``last``: wanted ids are greater than the one and not greater than the other."""

    tenant: UUID | None = None
    after: UUID = FIRST
    last: UUID = LAST
    conditions: list[OneOf] = field(default_factory=list)


def wanted(queryset: Any) -> Wanted:
    found = Wanted()
    indexed: IndexedFields = queryset.model.indexed
    where: WhereNode = queryset.query.where
    found.conditions = _together(list(_conditions(where, indexed, found)), indexed)
    return found


def _conditions(where: WhereNode, indexed: IndexedFields, found: Wanted) -> Iterable[OneOf]:
    """Of what all have to fulfil."""
    if where.negated or (where.connector != AND and len(where.children) > 1):
        yield from _one_of(where, indexed)
        return
    for node in where.children:
        if isinstance(node, WhereNode):
            yield from _conditions(node, indexed, found)
        elif isinstance(node, lookups.Lookup) and isinstance(node.lhs, Col) and _bounds(node, found):
            continue
        else:
            yield from _one_of(node, indexed)


def _bounds(node: Any, found: Wanted) -> bool:
    name, value = node.lhs.target.attname, node.rhs
    match name, node:
        case "tenant_id", lookups.Exact():
            found.tenant = value
        case "id", lookups.Exact():
            found.after, found.last = max(found.after, UUID(int=max(value.int - 1, 0))), min(found.last, value)
        case "id", lookups.GreaterThanOrEqual():
            found.after = max(found.after, UUID(int=max(value.int - 1, 0)))
        case "id", lookups.GreaterThan():
            found.after = max(found.after, value)
        case "id", lookups.LessThan():
            found.last = min(found.last, UUID(int=max(value.int - 1, 0)))
        case "id", lookups.LessThanOrEqual():
            found.last = min(found.last, value)
        case _:
            return False
    return True


def _one_of(node: Any, indexed: IndexedFields) -> list[OneOf]:
    """What one of has to be there, of each of these. None: no segment can be left out."""
    if isinstance(node, WhereNode):
        each = [_one_of(child, indexed) for child in node.children]
        if node.negated:
            return []
        if node.connector == AND:
            return [one for found in each for one in found]
        if node.connector != OR or not each or not all(each):
            return []
        return [reduce(operator.or_, (found[0] for found in each))]
    if isinstance(node, lookups.Exact) and node.rhs is True:
        node = node.lhs  # a condition by itself
    if isinstance(node, TextCondition):
        return [OneOf(patterns=frozenset({node.pattern}))]
    if isinstance(node, Within):
        address, is_one = address_label(ip_network(node.network)), ip_network(node.network).num_addresses == 1
        return [OneOf(tokens=frozenset({address}), values=(ADDRESS, (address,)) if is_one else None)]
    if isinstance(node, lookups.Lookup) and isinstance(node.lhs, Col):
        return _of_column(node, node.lhs.target.attname, indexed)
    return []


def _of_column(node: Any, name: str, indexed: IndexedFields) -> list[OneOf]:
    if name == ADDRESS and isinstance(node, lookups.Exact):
        address = address_label(ip_network(str(node.rhs)))
        return [OneOf(tokens=frozenset({address}), values=(ADDRESS, (address,)))]
    if name == "id" and isinstance(node, lookups.Exact):
        return [OneOf(ids=frozenset({str(node.rhs)}))]
    if name == "id" and isinstance(node, lookups.In) and isinstance(node.rhs, list):
        return [OneOf(ids=frozenset(map(str, node.rhs)))]
    if name not in indexed.single:
        return []
    match node:
        case lookups.IsNull(rhs=True):
            return [_values(name, [None])]
        case lookups.In(rhs=values) if isinstance(values, list | tuple | set | frozenset):
            return [_values(name, values)]
        case lookups.Exact(rhs=value) if not hasattr(value, "resolve_expression"):
            return [_values(name, [value])]
    return []


def _values(name: str, values: Collection[Any]) -> OneOf:
    return OneOf(tokens=frozenset(label({name: value}) for value in values), values=(name, tuple(values)))


def _together(conditions: list[OneOf], indexed: IndexedFields) -> list[OneOf]:
    """Of values that segments have pairs of, the pairs, which say more."""
    values = dict(one.values for one in conditions if one.values)
    pairs = [pair for pair in indexed.pairs(values) if len(values[pair[0]]) * len(values[pair[1]]) <= MOST_PAIRS]
    beside = [(ADDRESS, name) for name in indexed.beside_address if {ADDRESS, name} <= values.keys()]
    covered = {name for pair in [*pairs, *beside] for name in pair}
    rest = [one for one in conditions if one.values is None or one.values[0] not in covered]
    tokens = [
        {label(dict(zip(pair, each, strict=True))) for each in product(*(values[name] for name in pair))}
        for pair in pairs
    ]
    tokens += [
        {f"{address}|{label({name: value})}" for address, value in product(values[ADDRESS], values[name])}
        for _, name in beside
    ]
    return [*rest, *(OneOf(tokens=frozenset(each)) for each in tokens)]
