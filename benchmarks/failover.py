"""Writers and visitors while somebody ends the primary: is what was confirmed still there, and who waited how long?

DATABASE_URL=… .venv/bin/python -m benchmarks.failover [seconds] [port of a site on this machine]

Against a site of one's own (docs/operating/failover.md): the primary is ended by hand meanwhile. The company
"Failover" and its roles stay there.
"""

from __future__ import annotations

import http.client
import logging
import os
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import django

from .results import Table, publish

if TYPE_CHECKING:
    from wisely_security.tenancy.models import User

WRITERS = 6
PAUSE = 0.02  # seconds between two changes of a writer
COMMAND = "python -m benchmarks.failover"


class Answer(NamedTuple):
    name: str
    begun: float
    ended: float
    outcome: str = ""  # of a change, "": confirmed


def main(seconds: float, port: int) -> None:
    logging.disable(logging.CRITICAL)
    admin = _admin()
    prefix = f"Run {int(time.time())} "
    begun = time.monotonic()
    changes: list[Answer] = []
    pages: list[Answer] = []
    threads = [
        threading.Thread(target=_write, args=(admin, f"{prefix}{writer}-", begun + seconds, changes))
        for writer in range(WRITERS)
    ]
    if port:
        threads.append(threading.Thread(target=_visit, args=(port, begun + seconds, pages)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    present, recorded = _found(admin, prefix)
    confirmed = {change.name for change in changes if not change.outcome}
    rows = [
        ["Changes confirmed", f"{len(confirmed):,}"],
        ["… of them lost", f"{len(confirmed - present):,}"],
        ["Changes that ended with an error", f"{len(changes) - len(confirmed):,}"],
        ["… of them made nevertheless", f"{len(present - confirmed):,}"],
        ["Changes without an event, events without a change", f"{len(present ^ set(recorded)):,}"],
        ["Changes with two events", f"{len(recorded) - len(set(recorded)):,}"],
        ["Longest time without a confirmed change (s)", f"{_longest_gap(changes):.1f}"],
        ["Longest wait for a page (s)", f"{max((page.ended - page.begun for page in pages), default=0):.1f}"],
        *([f"Pages answered with {status}", f"{times:,}"] for status, times in _outcomes(pages)),
    ]
    publish(
        Table(
            title="A standby takes over",
            about=f"{WRITERS} writers and a visitor for {seconds:.0f} seconds.",
            headings=["", "number"],
            rows=rows,
        ),
        command=COMMAND,
    )


def _admin() -> User:
    from tests.support.cast import person
    from wisely_security.core.request_context import acting_as
    from wisely_security.tenancy.models import Edition, User
    from wisely_security.tenancy.sign_in.accounts import create_tenant

    with acting_as(support=True):
        known = User.objects.select_related("tenant", "role").filter(tenant__slug="failover").first()
    if known is None:
        known = person("Fay Over", "fay@failover.example")
        create_tenant("Failover", "failover", Edition.ENTERPRISE, super_admin=known)
    return known


def _write(admin: User, prefix: str, until: float, changes: list[Answer]) -> None:
    from django.db import Error, connection

    from wisely_security.core.request_context import acting_as, current, using
    from wisely_security.tenancy.models import Role

    with acting_as(tenant_id=admin.tenant_id), using(replace(current(), actor=admin.as_actor())):
        number = 0
        while (begun := time.monotonic()) < until:
            number += 1
            role, outcome = Role(tenant_id=admin.tenant_id, name=f"{prefix}{number}"), ""
            try:
                role.save(force_insert=True)
            except Error as error:
                outcome = type(error).__name__
                connection.close()
            changes.append(Answer(role.name, begun, time.monotonic(), outcome))
            time.sleep(PAUSE)
    connection.close()


def _visit(port: int, until: float, pages: list[Answer]) -> None:
    """The front page with a session that is none: answering it needs the database."""
    while (begun := time.monotonic()) < until:
        visitor = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            visitor.request("GET", "/", headers={"Cookie": f"wisely_session={'a' * 32}"})
            outcome = str(visitor.getresponse().status)
        except OSError as error:
            outcome = type(error).__name__
        finally:
            visitor.close()
        pages.append(Answer("/", begun, time.monotonic(), outcome))
        time.sleep(10 * PAUSE)


def _found(admin: User, prefix: str) -> tuple[set[str], list[str]]:
    """The names of the changes that were made, and of those that were recorded."""
    from audit_trail.models import AuditEvent
    from wisely_security.core.request_context import acting_as
    from wisely_security.tenancy.models import Role

    with acting_as(tenant_id=admin.tenant_id):
        made = Role.objects.filter(name__startswith=prefix).values_list("name", flat=True)
        events = AuditEvent.objects.filter(tenant_id=admin.tenant_id, resource_name__startswith=prefix)
        return set(made), list(events.values_list("resource_name", flat=True))


def _longest_gap(changes: list[Answer]) -> float:
    ends = sorted(change.ended for change in changes if not change.outcome)
    return max((later - earlier for earlier, later in pairwise(ends)), default=0)


def _outcomes(pages: list[Answer]) -> list[tuple[str, int]]:
    return sorted(Counter(page.outcome for page in pages).items())


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wisely_security.settings")
    django.setup()
    arguments = dict(enumerate(sys.argv))
    main(seconds=float(arguments.get(1, 60)), port=int(arguments.get(2, 0)))
