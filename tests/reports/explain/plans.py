"""What a request reads of the events: the statements of its view, explained as they run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from tests.support.downloads.copies import wait_for
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.derived.projectors import behind, project
from wisely_security.reports.pages.keyset import PAGE_SIZE

TABLES = (LoginEvent._meta.db_table, AuditEvent._meta.db_table)
A_PAGE = PAGE_SIZE + 1  # one more, to know whether there is an older page
# Tables and functions of the records: a statement that reads events contains one of them.
OURS = re.compile("login_activity_|audit_trail_|ledger_")
SENT_BEFORE = re.compile(
    r"^(?:\s*(?:SET LOCAL \S+ = E?'(?:''|[^'])*'|SELECT (?:set_config|pg_advisory_xact_lock)\(.*?\)|SAVEPOINT \w+);)+",
    re.DOTALL,
)
PLANNING = re.compile(r"SELECT set_config\('enable_\w+', 'off', true\);")


@dataclass(frozen=True)
class Read:
    statement: str
    plan: dict[str, Any]

    @property
    def buffers(self) -> int:
        return int(self.plan["Shared Hit Blocks"] + self.plan["Shared Read Blocks"])

    @cached_property
    def nodes(self) -> list[dict[str, Any]]:
        return list(_below(self.plan))

    @property
    def scans(self) -> list[dict[str, Any]]:
        """Of events: a node each."""
        return [node for node in self.nodes if node.get("Relation Name", "").startswith(TABLES)]

    @property
    def partitions(self) -> set[str]:
        return {node["Relation Name"] for node in self.scans}

    @property
    def sorted_rows(self) -> int:
        """The most that any step has to sort."""
        sorts = [node for node in self.nodes if "Sort" in node["Node Type"]]
        return max(
            (int(below["Actual Rows"] * below["Actual Loops"]) for it in sorts for below in it["Plans"]), default=0
        )

    def __str__(self) -> str:
        steps = [f"{node['Node Type']} {node.get('Index Name', node.get('Function Name', ''))}" for node in self.nodes]
        return f"{self.buffers} buffers, {self.sorted_rows} rows sorted: {self.statement}\n{'; '.join(steps)}"


def _below(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for each in node.get("Plans", ()):
        yield from _below(each)


def is_count(statement: str) -> bool:
    """What the strip and the chart count, rather than rows of the page."""
    return "ledger_counts" in statement


def reads(do: Callable[[], Any], of: Callable[[str], bool] = lambda _: True, **context: Any) -> list[Read]:
    """What an action reads of events. ``of``: which of its statements are explained. ``context``: whose events these
    are (``acting_as``)."""
    connection.queries_log.clear()  # it has an end
    with CaptureQueriesContext(connection) as sent:
        do()
    with acting_as(**context), transaction.atomic(), connection.cursor() as cursor:
        found = list(_explained(cursor, [each["sql"] for each in sent], of))
        transaction.set_rollback(True)
    return found


def _explained(cursor: Any, messages: list[str], of: Callable[[str], bool]) -> Iterator[Read]:
    cursor.execute(
        "SELECT is_superuser::bool, row_security_active(%s) FROM current_setting('is_superuser') AS is_superuser",
        TABLES[:1],
    )
    assert cursor.fetchone() == (False, True)
    for message in messages:
        before = match[0] if (match := SENT_BEFORE.match(message)) else ""
        statement = message[len(before) :].strip()
        for setting in PLANNING.findall(before):
            cursor.execute(setting)
        if statement.startswith(("SELECT", "WITH")) and OURS.search(statement) and of(statement):
            yield Read(statement, explain(cursor, statement, "ANALYZE, BUFFERS, TIMING off, "))


def explain(cursor: Any, statement: str, options: str = "") -> dict[str, Any]:
    cursor.cursor.execute(f"EXPLAIN ({options}FORMAT JSON) {statement}")
    [[[answer]]] = cursor.fetchall()
    plan: dict[str, Any] = (answer if isinstance(answer, dict) else json.loads(answer))["Plan"]
    return plan


def until_derived() -> None:
    """Project until nothing is pending: a transaction anywhere on the server, even of another test, delays it."""

    def is_derived() -> bool:
        project()
        return not behind()

    wait_for(is_derived)


def check(found: list[Read], *, buffers: int, sorted_rows: int = A_PAGE) -> None:
    """No sequential scan of an event table, no sorting beyond what is shown, no more buffers in total. What reads a
    page is none: near the end of a month, the next month's partition is empty."""
    report = "\n".join(map(str, found))
    assert found, "events were not read"
    scans = [scan for read in found for scan in read.scans if scan["Node Type"] == "Seq Scan"]
    assert not [scan for scan in scans if scan["Shared Hit Blocks"] + scan["Shared Read Blocks"] > 1], report
    assert max(read.sorted_rows for read in found) <= sorted_rows, report
    assert sum(read.buffers for read in found) <= buffers, report
