"""The application on a primary and a replica, and its people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from login_activity.models import LoginEvent
from tests.support.cast import Cast, sign_in
from tests.support.downloads.copies import wait_for
from wisely_security.core.request_context import acting_as
from wisely_security.database.replication import replica
from wisely_security.workspace.modules.business_groups import BusinessGroup

from .servers import Machine

LOGIN_ACTIVITY = "/settings/identity-access/login-activity/"
AUDIT_TRAIL = "/settings/security/audit-trail/"
EVENTS = {LOGIN_ACTIVITY: "login_activity_loginevent", AUDIT_TRAIL: "audit_trail_auditevent"}


@dataclass(frozen=True)
class Site:
    primary: Machine
    replica: Machine
    cast: Cast

    def catch_up(self) -> None:
        """The replica has everything."""
        wanted = replica.position()
        wait_for(lambda: self.replica.ask(f"SELECT pg_last_wal_replay_lsn() >= '{wanted}'") == "True")

    def reader(self) -> Client:
        """Alice, whose views of both records are already recorded, also on the replica."""
        client = sign_in(self.cast.alice)
        for page in EVENTS:
            assert client.get(page).status_code == 200
        self.catch_up()
        return client

    def somebody_adds_a_group(self) -> str:
        """Of Acme's, not by the reader. Its name, which the Audit Trail records."""
        name = f"Others {uuid4()}"
        with acting_as(tenant_id=self.cast.acme.pk):
            BusinessGroup.objects.create(tenant=self.cast.acme, name=name, owner=self.cast.bob)
        return name

    def adds_a_group(self, client: Client) -> str:
        name = f"Mine {uuid4()}"
        added = client.post("/settings/business-groups/add/", {"name": name, "owner": self.cast.bob.pk})
        assert added.status_code == 302
        return name

    def downloads(self) -> list[str]:
        """How those of Acme have ended, in the order of time."""
        with acting_as(tenant_id=self.cast.acme.pk):
            ends = LoginEvent.objects.filter(reason__in=["downloaded", "cut_short"])
            return list(ends.order_by("id").values_list("reason", flat=True))


def body(response: Any) -> str:
    whole: bytes = b"".join(response.streaming_content) if response.streaming else response.content
    assert response.status_code == 200
    return whole.decode()


@contextmanager
def asked_of_the_replica() -> Iterator[list[str]]:
    """The statements of the block that the replica was sent."""
    statements: list[str] = []
    with CaptureQueriesContext(connections["replica"]) as captured:
        yield statements
    statements += [query["sql"] for query in captured]


@contextmanager
def before_it_answers(table: str, happens: Callable[[], None], then: str = "") -> Iterator[None]:
    """Something happens when the replica is first asked for rows of a table. ``then``: SQL that is added."""
    happened = False

    def meanwhile(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        nonlocal happened
        if happened or table not in sql:
            return execute(sql, params, many, context)
        happened = True
        happens()
        return execute(sql + then, params, many, context)

    with connections["replica"].execute_wrapper(meanwhile):
        yield
    assert happened
