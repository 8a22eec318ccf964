"""What is wrong with cells: in each of them, and between them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from wisely_security.core.request_context import FIRST_CELL

from .overview import Cell

NAMED = 3  # tenants or migrations in one sentence


class Fault(NamedTuple):
    """``id``: of the system check."""

    id: str
    sentence: str


def faults(cells: list[Cell]) -> Iterator[Fault]:
    for cell in cells:
        yield from _of_one(cell)
    asked = [cell for cell in cells if not (cell.error or cell.missing)]
    yield from _twice(asked)
    yield from _of_tenants(asked)
    first = next((cell for cell in asked if cell.name == FIRST_CELL), None)
    if first and len(cells) > 1:
        yield from _of_directory(first.directory, asked, {cell.name for cell in cells})


def _of_one(cell: Cell) -> Iterator[Fault]:
    if cell.error:
        yield Fault("wisely_security.E036", f"The cell {cell.name} doesn’t answer: {cell.error}")
    if cell.missing:
        sentence = f"The cell {cell.name} lacks migrations: {_listed(cell.missing)}."
        yield Fault("wisely_security.E037", sentence)
    if cell.newer:
        sentence = f"The cell {cell.name} has migrations of a newer release: {_listed(cell.newer)}."
        yield Fault("wisely_security.W006", sentence)
    if cell.replica_error:
        sentence = f"The replica of the cell {cell.name} can’t be used: {cell.replica_error}"
        yield Fault("wisely_security.E038", sentence)


def _twice(cells: list[Cell]) -> Iterator[Fault]:
    names = defaultdict(list)
    for cell in cells:
        names[cell.identity].append(cell.name)
    for identity, same in names.items():
        if identity and len(same) > 1:
            yield Fault("wisely_security.E039", f"The cells {' and '.join(same)} are one database.")


def _of_tenants(cells: list[Cell]) -> Iterator[Fault]:
    homes = Counter(tenant for cell in cells for tenant in cell.tenants)
    for tenant, times in homes.items():
        if times > 1:
            yield Fault("wisely_security.E040", f"The tenant {tenant} lives in {times} cells.")
    for cell in cells:
        for tenant, aggregator in cell.tenants.items():
            if aggregator is not None and aggregator not in cell.tenants:
                sentence = f"The tenant {tenant} lives in {cell.name}, but its aggregator does not."
                yield Fault("wisely_security.E041", sentence)


def _of_directory(listed: dict[UUID, str], cells: list[Cell], names: set[str]) -> Iterator[Fault]:
    """``cells``: those that have answered; ``names``: of all."""
    where = {tenant: cell.name for cell in cells for tenant in cell.tenants}
    for tenant, name in where.items():
        if tenant not in listed:
            sentence = f"The directory lacks the tenant {tenant}, which lives in {name}."
            yield Fault("wisely_security.E042", sentence)
        elif listed[tenant] != name:
            sentence = f"The directory has the tenant {tenant} in {listed[tenant]}, but it lives in {name}."
            yield Fault("wisely_security.E042", sentence)
    asked = {cell.name for cell in cells}
    for tenant, name in listed.items():
        if tenant not in where and (name in asked or name not in names):
            sentence = f"The directory has the tenant {tenant} in {name}, but it lives nowhere."
            yield Fault("wisely_security.E043", sentence)


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
