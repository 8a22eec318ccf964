"""The writes of ``benchmarks.writes``, and how they are compared. Django is set up by then."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from itertools import islice, repeat
from statistics import median
from uuid import uuid4

from django.db import connection, connections, transaction

from tests.audit_trail.factories import build, make
from tests.cast import create_cast
from wisely_security.request_context import Client, RequestContext, using
from wisely_security.tenancy.models import Tenant
from wisely_security.workspace.modules.waba_numbers import MessageLink, WabaNumber

MANY = 10_000
SAVES_A_ROUND = 200
SAVES_A_TRANSACTION = 100
TABLE = "workspace_messagelink"


class Writes:
    """Each yields milliseconds, of one save or of all in one statement. All write to the same table."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.number = make(WabaNumber, tenant)
        self.link = make(MessageLink, tenant, number=self.number)

    def new(self) -> MessageLink:
        return build(MessageLink, self.tenant, number=self.number)

    def update(self) -> None:
        self.link.text = "Hello" if self.link.text == "Bye" else "Bye"
        self.link.save()

    def updates(self) -> Iterator[Callable[[], None]]:
        return repeat(self.update, SAVES_A_ROUND)

    def additions(self) -> Iterator[Callable[[], None]]:
        return iter([self.new().save for _ in range(SAVES_A_ROUND)])

    @staticmethod
    def one_by_one(saves: Iterator[Callable[[], None]]) -> Iterator[float]:
        for save in saves:
            with stopwatch() as taken:
                save()
            yield taken()

    @staticmethod
    def in_transactions(saves: Iterator[Callable[[], None]]) -> Iterator[float]:
        while some := list(islice(saves, SAVES_A_TRANSACTION)):
            with stopwatch() as taken, transaction.atomic():
                for save in some:
                    save()
            yield taken() / len(some)

    def bulk_create(self) -> Iterator[float]:
        records = [self.new() for _ in range(MANY)]
        with stopwatch() as taken:
            MessageLink.objects.bulk_create(records)
        yield taken()

    def bulk_update(self) -> Iterator[float]:
        some = MessageLink.objects.order_by("-pk").values("pk")[:MANY]
        with stopwatch() as taken:
            MessageLink.objects.filter(pk__in=some).update(text=str(uuid4()))
        yield taken()


def compare(rounds: int) -> None:
    cast = create_cast()
    writes = Writes(cast.acme)
    with connection.cursor() as cursor:  # for the session: in "plain" row-level security knows its tenant from here
        cursor.execute(f"SET wisely.tenant_id = '{cast.acme.pk}'")
    plain = RequestContext()
    audited = RequestContext(
        tenant_id=cast.acme.pk,
        actor=cast.alice.as_actor(),
        client=Client(address=ip_address("192.0.2.7")),
        request_id=uuid4(),
    )
    kinds: dict[str, Callable[[], Iterator[float]]] = {
        "save, autocommit": lambda: writes.one_by_one(writes.updates()),
        "save, 100 a transaction": lambda: writes.in_transactions(writes.updates()),
        "save of a new record, autocommit": lambda: writes.one_by_one(writes.additions()),
        "save of a new record, 100 a transaction": lambda: writes.in_transactions(writes.additions()),
        f"bulk_create of {MANY:,}": writes.bulk_create,
        f"QuerySet.update of {MANY:,}": writes.bulk_update,
    }
    for name, write in kinds.items():
        taken: dict[bool, list[float]] = {False: [], True: []}
        for _ in range(rounds if "save" in name else max(3, rounds // 4)):
            for hooked, milliseconds in taken.items():
                with switched(hooked), using(audited if hooked else plain):
                    writes.update()  # the session learns of the switch
                    gc.collect()
                    milliseconds += write()
        without, with_hook = median(taken[False]), median(taken[True])
        print(
            f"{name}: {without:.3f} ms plain, {with_hook:.3f} ms audited, {with_hook / without:.2f} times", flush=True
        )


@contextmanager
def stopwatch() -> Iterator[Callable[[], float]]:
    """Milliseconds, once the block has ended."""
    start = time.perf_counter()
    ended: list[float] = []
    yield lambda: (ended[0] - start) * 1000
    ended.append(time.perf_counter())


@contextmanager
def switched(hooked: bool) -> Iterator[None]:
    if hooked:
        yield
        return
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [TABLE])
        triggers = [name for (name,) in cursor.fetchall()]
        for name in triggers:
            cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER {name}")
        yield
        for name in triggers:
            cursor.execute(f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {name}")
