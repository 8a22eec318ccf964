"""What the save hook adds to a write: the same writes with and without it, alternating, medians in one run.

    .venv/bin/python -m benchmarks.writes [rounds]

"plain" is the same table with its audit triggers switched off and nothing announced with the statements; row-level
security stays on. The record is a message link: eight columns, a foreign key among them.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from statistics import median
from uuid import uuid4

import django

from wisely_security.database.embedded import provide

MANY = 10_000
SAVES_A_ROUND = 200
SAVES_A_TRANSACTION = 100
TABLE = "workspace_messagelink"


def main(rounds: int) -> None:
    from django.conf import settings
    from django.db import connection, transaction

    from tests.audit_trail.factories import build, make
    from tests.cast import create_cast
    from tests.databases import drop_template, fresh_database, make_template
    from wisely_security.request_context import Client, RequestContext, using
    from wisely_security.workspace.modules.waba_numbers import MessageLink, WabaNumber

    settings.DEBUG = False  # or Django would keep every statement
    make_template()
    with fresh_database("bench_writes"):
        cast = create_cast()
        number = make(WabaNumber, cast.acme)
        link = make(MessageLink, cast.acme, number=number)
        with connection.cursor() as cursor:  # for the session: in "plain" row-level security knows its tenant from here
            cursor.execute(f"SET wisely.tenant_id = '{cast.acme.pk}'")
        alice = RequestContext(
            tenant_id=cast.acme.pk,
            actor=cast.alice.as_actor(),
            client=Client(address=ip_address("192.0.2.7")),
            request_id=uuid4(),
        )

        def update() -> None:
            link.text = "Hello" if link.text == "Bye" else "Bye"
            link.save()

        prepared: list[MessageLink] = []

        def create() -> None:
            prepared.pop().save()

        def in_autocommit(save: Callable[[], None]) -> Iterator[float]:
            for _ in range(SAVES_A_ROUND):
                with stopwatch() as taken:
                    save()
                yield taken()

        def in_transactions(save: Callable[[], None]) -> Iterator[float]:
            for _ in range(SAVES_A_ROUND // SAVES_A_TRANSACTION):
                with stopwatch() as taken, transaction.atomic():
                    for _ in range(SAVES_A_TRANSACTION):
                        save()
                yield taken() / SAVES_A_TRANSACTION

        def bulk_create() -> Iterator[float]:
            records = [build(MessageLink, cast.acme, number=number) for _ in range(MANY)]
            with stopwatch() as taken:
                MessageLink.objects.bulk_create(records)
            yield taken()

        def bulk_update() -> Iterator[float]:
            some = MessageLink.objects.order_by("-pk").values("pk")[:MANY]
            with stopwatch() as taken:
                MessageLink.objects.filter(pk__in=some).update(text=str(uuid4()))
            yield taken()

        writes: dict[str, Callable[[], Iterator[float]]] = {
            "save, autocommit": lambda: in_autocommit(update),
            "save, 100 a transaction": lambda: in_transactions(update),
            "save of a new record, autocommit": lambda: in_autocommit(create),
            "save of a new record, 100 a transaction": lambda: in_transactions(create),
            f"bulk_create of {MANY:,}": bulk_create,
            f"QuerySet.update of {MANY:,}": bulk_update,
        }
        for name, write in writes.items():
            taken: dict[bool, list[float]] = {False: [], True: []}
            for _ in range(rounds if "save" in name else max(3, rounds // 4)):
                for hooked, milliseconds in taken.items():
                    with switched(hooked), using(alice if hooked else RequestContext()):
                        update()
                        prepared += [build(MessageLink, cast.acme, number=number) for _ in range(SAVES_A_ROUND)]
                        gc.collect()
                        milliseconds += write()
            plain, audited = median(taken[False]), median(taken[True])
            print(f"{name}: {plain:.3f} ms plain, {audited:.3f} ms audited, {audited / plain:.2f} times", flush=True)
    drop_template()


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
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [TABLE])
        triggers = [name for (name,) in cursor.fetchall()]
        for name in triggers:
            cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER {name}")
        yield
        for name in triggers:
            cursor.execute(f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {name}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    os.environ.setdefault("DEBUG", "1")
    provide(os.environ)
    django.setup()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
