"""The writes that are compared. Every candidate writes message links: eight columns, two foreign keys among them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice, repeat
from typing import Any
from uuid import uuid4

from django.db import transaction

from ..runner import Done, stopwatch

MANY = 10_000
SAVES_A_TRANSACTION = 100
Work = Callable[[], Done]
Saves = Iterable[Callable[[], Any]]


class Writes:
    """``new``: builds a link. ``recorded``: how many events there are. ``request``: does a piece of work as a request.

    ``bulk_create``: where the recommended way is another one than Django's.
    """

    def __init__(
        self,
        new: Callable[[], Any],
        recorded: Callable[[], int],
        request: Callable[[Work], Done],
        bulk_create: Callable[[list[Any]], Any] | None = None,
    ) -> None:
        self.new, self.recorded, self.request = new, recorded, request
        self.link = new()
        self.links = type(self.link)._default_manager
        self.bulk_create = bulk_create or self.links.bulk_create
        self.in_a_request(lambda: self.one_by_one([self.link.save]))

    def operations(self) -> dict[str, Callable[[int], Done]]:
        kinds: dict[str, Callable[[int], Done]] = {
            "save": lambda number: self.one_by_one(repeat(self.edit, number)),
            "save, 100 in a transaction": lambda number: self.in_transactions(repeat(self.edit, number)),
            "save of a new record": lambda number: self.one_by_one(self.additions(number)),
            "save of a new record, 100 in a transaction": lambda number: self.in_transactions(self.additions(number)),
            "bulk_create of 10,000": lambda _: self.at_once(self.create_many),
            "QuerySet.update of 10,000": lambda _: self.at_once(self.update_many),
        }
        return {name: lambda number, do=do: self.in_a_request(lambda: do(number)) for name, do in kinds.items()}

    def in_a_request(self, work: Work) -> Done:
        before = self.recorded()
        done = self.request(work)
        return replace(done, recorded=self.recorded() - before)

    def edit(self) -> None:
        self.link.text = "Hello" if self.link.text == "Bye" else "Bye"
        self.link.save()

    def additions(self, number: int) -> Saves:
        return [self.new().save for _ in range(number)]

    def create_many(self) -> Callable[[], Any]:
        links = [self.new() for _ in range(MANY)]
        return lambda: self.bulk_create(links)

    def update_many(self) -> Callable[[], Any]:
        some = self.links.order_by("-pk").values("pk")[:MANY]
        return lambda: self.links.filter(pk__in=some).update(text=str(uuid4()))

    @staticmethod
    def one_by_one(saves: Saves) -> Done:
        taken = []
        for save in saves:
            with stopwatch() as milliseconds:
                save()
            taken.append(milliseconds())
        return Done(taken, len(taken))

    @staticmethod
    def in_transactions(saves: Saves) -> Done:
        taken, written, left = [], 0, iter(saves)
        while some := list(islice(left, SAVES_A_TRANSACTION)):
            with stopwatch() as milliseconds, transaction.atomic():
                for save in some:
                    save()
            taken.append(milliseconds() / len(some))
            written += len(some)
        return Done(taken, written)

    @staticmethod
    def at_once(prepare: Callable[[], Callable[[], Any]]) -> Done:
        write = prepare()
        with stopwatch() as milliseconds:
            write()
        return Done([milliseconds()], MANY)
