"""This project as a candidate of ``benchmarks.sealing``. With "sealed", a thread seals while others write, as in a web
process, but 25 times as often."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import uuid4

import django

from ..runner import Done, take_part

PAUSE_SECONDS = 0.2
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
AT_ONCE = 5000  # events of a transaction


def main(sealed: bool) -> None:
    from django.conf import settings
    from django.db.models.functions import Now

    from tests.support.cast import Cast, create_cast
    from tests.support.databases import drop_template, fresh_database, make_template
    from tests.workspace.samples.making import build, make
    from wisely_security.core.request_context import Client, RequestContext, acting_as, using
    from wisely_security.ledger.sealing.keys import new_key
    from wisely_security.tenancy.models import User
    from wisely_security.workspace.modules.waba_numbers import MessageLink, WabaNumber

    from . import sign_in
    from .writes import Writes

    def operations(cast: Cast) -> dict[str, Callable[[int], Done]]:
        number = make(WabaNumber, cast.acme)
        client = Client(address=ip_address("192.0.2.7"))
        context = RequestContext(tenant_id=cast.acme.pk, actor=cast.alice.as_actor(), client=client, request_id=uuid4())

        def request(work: Callable[[], Done]) -> Done:
            with using(context):
                return work()

        def forget() -> None:
            with acting_as(tenant_id=cast.acme.pk):
                User.objects.filter(pk=cast.alice.pk).update(last_login=Now())

        return {
            "save": Writes(lambda: build(MessageLink, cast.acme, number=number), lambda: 0, request).operations()[
                "save"
            ],
            "sign-in": sign_in.operations(forget)["right password"],
        }

    logging.disable(logging.CRITICAL)
    settings.DEBUG = False
    settings.LOCKOUT_FAILURES_PER_ADDRESS = 10**9
    make_template()
    with tempfile.TemporaryDirectory() as folder, fresh_database(f"bench_sealing_{os.getpid()}"):
        settings.SIGNING_KEY, settings.CHECKPOINT_DIR = new_key(), Path(folder)
        cast = create_cast()
        its = operations(cast)
        if sealed:
            its = {name: _beside(do) for name, do in its.items()}
        take_part({**its, "seal": lambda number: _seal(cast.acme.pk, number)})
    drop_template()


def _beside(do: Callable[[int], Done]) -> Callable[[int], Done]:
    def both(number: int) -> Done:
        with _sealing():
            return do(number)

    return both


@contextmanager
def _sealing() -> Iterator[None]:
    from django.db import connections

    ended = threading.Event()

    def work() -> None:
        while not ended.is_set():
            _seal_all()
            ended.wait(PAUSE_SECONDS)
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _seal(tenant: Any, number: int) -> Done:
    """``milliseconds``: of CPU, in this process and in the server's; ``recorded``: bytes that logs grew by."""
    from tests.support.records import append_many

    _seal_all()
    for _ in range(number // AT_ONCE):
        append_many(tenant, AT_ONCE)
    size, here, there = _bytes(), time.process_time(), _server_seconds()
    _seal_all()
    taken = [1000 * (time.process_time() - here), 1000 * (_server_seconds() - there)]
    return Done(taken, number, _bytes() - size)


def _seal_all() -> None:
    from wisely_security.ledger.months.partitions import event_tables
    from wisely_security.ledger.sealing.logs.sealer import seal

    for table in event_tables():
        while seal(table):
            pass


def _bytes() -> int:
    return int(
        _ask(
            "SELECT sum(pg_total_relation_size(name)) FROM unnest(ARRAY['ledger_log', 'ledger_sealed', 'ledger_tile', "
            "'ledger_checkpoint']) AS name"
        )
    )


def _server_seconds() -> float:
    """Of CPU, of the server's process that this one talks to."""
    status = Path(f"/proc/{_ask('SELECT pg_backend_pid()')}/stat").read_text()
    user, system = status.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICKS_A_SECOND


def _ask(sql: str) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1:] == ["sealed"])
