"""This project, at this commit or an earlier one, as a candidate of ``benchmarks.cells.cost``: a sign-in, a page, a
save. With "without", what cells add to a database and its backend is not there.

Runs in earlier commits too: what it imports was there before cells came.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from random import randrange
from typing import Any
from uuid import uuid4

import django

from ..runner import Done, take_part

EVENTS = 5_000
PAGE = "/settings/identity-access/login-activity/?period=30d"
OF_CELLS = """
    SELECT tgname, tgrelid::regclass::text FROM pg_trigger JOIN pg_proc AS f ON f.oid = tgfoid
    WHERE tgparentid = 0 AND f.proname LIKE 'cells%'
"""


def main(without: bool) -> None:
    if without:
        _leave_out_of_backend()
    from django.conf import settings
    from django.db import connections

    from tests.support.cast import create_cast, sign_in
    from tests.support.databases import drop_template, fresh_database, make_template
    from tests.support.records import load
    from tests.workspace.samples.making import build, make
    from wisely_security.core.request_context import Client, RequestContext, using
    from wisely_security.ledger.derived.projectors import behind, project
    from wisely_security.workspace.modules.waba_numbers import MessageLink, WabaNumber

    logging.disable(logging.CRITICAL)
    settings.LOCKOUT_FAILURES_PER_ADDRESS = 10**9
    make_template()
    with fresh_database(f"bench_cells_{os.getpid()}"):
        cast = create_cast()
        load(cast.acme.pk, EVENTS, days=30)
        while behind():  # another candidate's transaction delays it; what is left is counted by each page
            project()
        reader, link = sign_in(cast.alice), build(MessageLink, cast.acme, number=make(WabaNumber, cast.acme))
        context = RequestContext(
            tenant_id=cast.acme.pk,
            actor=cast.alice.as_actor(),
            client=Client(address=ip_address("192.0.2.7")),
            request_id=uuid4(),
        )
        with connections["owner"].cursor() as cursor:
            if without:
                _leave_out_of_database(cursor)
            cursor.execute("VACUUM (ANALYZE)")

        def view() -> None:
            assert reader.get(PAGE).status_code == 200

        def save() -> None:
            with using(context):
                link.text = "Hello" if link.text == "Bye" else "Bye"
                link.save()

        save()
        take_part(
            {
                "sign-in": lambda number: _measured(lambda: _attempt(cast.alice.email), number),
                "page of Login Activity": lambda number: _measured(lambda: view, number),
                "save": lambda number: _measured(lambda: save, number),
            }
        )
    drop_template()


def _measured(prepare: Callable[[], Callable[[], Any]], number: int) -> Done:
    """``prepare``: what is not measured. Returns what each took, by the clock and by processors."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [server] = cursor.fetchone()
    schedule = Path(f"/proc/{server}/schedstat")
    clock, python, postgres = [], [], []
    for _ in range(number):
        run = prepare()
        start = time.perf_counter(), time.thread_time(), int(schedule.read_text().split()[0])
        run()
        end = time.perf_counter(), time.thread_time(), int(schedule.read_text().split()[0])
        clock.append((end[0] - start[0]) * 1000)
        python.append((end[1] - start[1]) * 1000)
        postgres.append((end[2] - start[2]) / 1e6)
    return Done(clock, number, python=python, postgres=postgres)


def _attempt(email: str) -> Callable[[], Any]:
    from django.db import connections
    from django.test import Client

    from tests.support.cast import PASSWORD, WINDOWS_CHROME

    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM login_activity_guess; DELETE FROM login_activity_admitted")
    client = Client(headers={"user-agent": WINDOWS_CHROME}, REMOTE_ADDR=f"10.{randrange(256)}.{randrange(256)}.1")

    def send() -> None:
        assert client.post("/sign-in/", {"username": email, "password": PASSWORD}).status_code == 302

    return send


def _leave_out_of_backend() -> None:
    """The backend as it was before cells came, in the parts that a statement goes through."""
    from django.db.backends.postgresql.base import DatabaseWrapper as Django

    from wisely_security.core import request_context
    from wisely_security.database.base import NOTHING, DatabaseWrapper

    def run_in_context(
        self: Any, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        now = request_context.current()
        if now.session_context == self._in_session:
            return execute(sql, params, many, context)
        setting = self._setting_of(now, context["cursor"].cursor)
        if params is not None:
            setting = setting.replace("%", "%%")
        result = execute(setting + sql, params, many, context)
        if not self.autocommit:
            self._in_session = now.session_context
        return result

    def commit(self: Any) -> None:
        self._in_session = NOTHING
        Django._commit(self)

    def rollback(self: Any) -> None:
        self._in_session = NOTHING
        Django._rollback(self)

    before = {"_run_in_context": run_in_context, "_commit": commit, "_rollback": rollback}
    for name, method in before.items():
        setattr(DatabaseWrapper, name, method)
    for name in ("connect", "get_new_connection", "is_usable"):
        delattr(DatabaseWrapper, name)


def _leave_out_of_database(cursor: Any) -> None:
    cursor.execute(OF_CELLS)
    for trigger, table in cursor.fetchall():
        cursor.execute(f"DROP TRIGGER {trigger} ON {table}")


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1:] == ["without"])
