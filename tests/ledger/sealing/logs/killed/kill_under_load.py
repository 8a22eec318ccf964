"""Two sealers, as two web processes have them, are killed with -9 at random moments while writers record events.

A killed one is replaced at once. After each kill, its exit code and what verify finds are printed, a JSON list a line;
the last line has the exit codes of the writers, and what verify finds when all have ended and everything is sealed.
The seed says which tenants get how many events, and when a sealer is killed; where it is by then is chance.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from multiprocessing.context import ForkProcess
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import django

WRITERS = 3
SEALERS = 2
TENANTS = [UUID(int=number) for number in range(1, 6)]
WINDOW = 40  # events: several in one window, and large transactions in parts
LIFETIME = 0.25  # seconds that a sealer has at most
processes: Any = multiprocessing.get_context("fork")


def main(folder: Path, key: str, kills: int, transactions: int, seed: int) -> None:
    """``transactions``: how many are begun for each kill."""
    django.setup()
    from django.conf import settings
    from django.db import connections

    from tests.support.residence import let_live
    from wisely_security.ledger.sealing.logs import sealer

    let_live(*TENANTS)
    settings.CHECKPOINT_DIR, settings.SIGNING_KEY = folder, key
    sealer.MOST = WINDOW
    random, ended, due = Random(seed), processes.Event(), processes.Semaphore(0)
    writers = [_started(_write, seed * 1000 + number, due, ended) for number in range(WRITERS)]
    sealers = [_started(_seal) for _ in range(SEALERS)]
    for number in range(kills):
        for _ in range(transactions):
            due.release()
        victim = sealers[number % SEALERS]
        victim.join(random.uniform(0, LIFETIME))
        victim.kill()
        victim.join()
        sealers[number % SEALERS] = _started(_seal)
        sys.stdout.write(json.dumps([victim.exitcode, _findings()]) + "\n")
        connections.close_all()  # a child must not inherit one
    ended.set()
    for _ in writers:
        due.release()
    for writer in writers:
        writer.join()
    for each in sealers:
        each.kill()
        each.join()
    _seal_all()
    sys.stdout.write(json.dumps([*(writer.exitcode for writer in writers), _findings()]) + "\n")


def _started(work: Any, *arguments: Any) -> ForkProcess:
    process: ForkProcess = processes.Process(target=work, args=arguments)
    process.start()
    return process


def _write(seed: int, due: Any, ended: Any) -> None:
    """Transactions of one statement and of many, of one tenant and of several, one in ten of which is rolled back."""
    from django.db import transaction

    from tests.support import records

    random = Random(seed)
    while due.acquire() and not ended.is_set():
        with transaction.atomic():
            for _ in range(random.choice([1, 1, 1, 10])):
                records.append_many(random.choice(TENANTS), random.randint(1, 12))
            if random.random() < 0.1:
                transaction.set_rollback(True)


def _seal() -> None:
    while os.getppid() != 1:
        _seal_all()


def _seal_all() -> None:
    from tests.support import records
    from wisely_security.ledger.sealing.logs import sealer

    while sealer.seal(records.TABLE):
        pass


def _findings() -> list[str]:
    from wisely_security.ledger.sealing.verifying.run import Scope, verify

    return [finding.text for outcome in verify(Scope()) for finding in outcome.findings]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:]))
