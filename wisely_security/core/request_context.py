"""Who acts, for which tenant, from where: the facts that every write and every read needs.

The context lives in a ``ContextVar``, so threads and coroutines each have their own. The database backend
(:mod:`wisely_security.database.base`) sets the session context in PostgreSQL: row-level security reads there whose data
may be touched, and the hook that records changes reads who makes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from uuid import UUID

from .actor_names import SYSTEM
from .text.characters import harmless

FIRST_CELL = "main"  # the cell that DATABASE_URL names (database/cells/)

# What a session keeps of a browser's headers: more of the user agent than an event shows, so that a cut is still seen.
LONGEST_AGENT = 1024
LONGEST_HINT = 300
MOST_HINTS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The person who acts, or (``kind`` "api") the access account. Name and e-mail are as when the request began."""

    id: UUID
    name: str
    email: str
    tenant_id: UUID | None
    tenant_name: str
    kind: str = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Where a request comes from. ``hints`` are the ``Sec-CH-UA…`` headers, by lower-case name. ``headers``: all of
    them, of the request that is being answered; a session does not keep them."""

    address: IPv4Address | IPv6Address | None = None
    user_agent: str = ""
    hints: dict[str, str] = field(default_factory=dict)
    touch_points: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str:
        """Fit to be recorded: bounded, and on one line. Empty where there is none."""
        return harmless(self.headers.get(name, "")[:LONGEST_HINT])

    def as_data(self) -> dict[str, Any]:
        """For keeping in a session, bounded and without what PostgreSQL refuses; ``Client.from_data`` reads it."""
        hints = list(self.hints.items())[:MOST_HINTS]
        return {
            "address": "" if self.address is None else str(self.address),
            "agent": self.user_agent[:LONGEST_AGENT].replace("\0", ""),
            "hints": {name[:LONGEST_HINT]: value[:LONGEST_HINT].replace("\0", "") for name, value in hints},
            "touch": self.touch_points,
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Client:
        address = ip_address(data["address"]) if data["address"] else None
        return cls(address=address, user_agent=data["agent"], hints=data["hints"], touch_points=data["touch"])


def _cell_of_current() -> str:
    return _current.get().cell


SessionContext = tuple[UUID | None, bool, str, Actor | None, UUID | None, IPv4Address | IPv6Address | None, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """One unit of work.

    ``tenant_id``: the only tenant whose rows can be read or written; ``None``: no rows at all.
    ``support``: rows of every tenant (support staff in Django admin, and nobody else).
    ``credential``: what the visitor presented before a tenant is known (an e-mail address, a user's id
    from a signed link, the hash of a session key); it opens the one row it names, for reading.
    ``session``: a name of the session that reveals nothing of its key.
    ``is_head``: the request asks for headers alone, so that nobody views what it is about.
    ``written``: up to where the write-ahead log holds what the visitor has done; reads show that at once.
    ``cell``: in whose database (database/cells/); a new context belongs to the cell in which it was made.
    """

    tenant_id: UUID | None = None
    support: bool = False
    credential: str = ""
    actor: Actor | None = None
    client: Client = field(default_factory=Client)
    request_id: UUID | None = None
    session: str = ""
    is_head: bool = False
    written: str = ""
    cell: str = field(default_factory=_cell_of_current)

    @property
    def session_context(self) -> SessionContext:
        """The part that PostgreSQL has to know: a change of it sets the session context again."""
        whose = self.tenant_id, self.support, self.credential
        return *whose, self.actor, self.request_id, self.client.address, self.session

    @property
    def settings(self) -> tuple[str, str, str, str]:
        """The database session's ``wisely.tenant_id``, ``wisely.scope``, ``wisely.credential``, ``wisely.actor``."""
        tenant = "" if self.tenant_id is None else str(self.tenant_id)
        return tenant, "support" if self.support else "", self.credential, self._who_acts()

    def _who_acts(self) -> str:
        """JSON, for the hook that records changes: who acts, in which request and session, from where."""
        actor = self.actor
        who = {"kind": "system", "name": SYSTEM}
        if actor is not None:
            who = {
                "kind": actor.kind,
                "id": str(actor.id),
                "name": actor.name,
                "email": actor.email,
                "tenant": str(actor.tenant_id or ""),
                "company": actor.tenant_name,
            }
        if self.request_id is not None:
            who["request"] = str(self.request_id)
        if self.client.address is not None:
            who["ip"] = str(self.client.address)
        if self.session:
            who["session"] = self.session
        return json.dumps(who)


NOBODY = RequestContext(cell=FIRST_CELL)
_current: ContextVar[RequestContext] = ContextVar("request_context", default=NOBODY)


def current() -> RequestContext:
    return _current.get()


@contextmanager
def using(context: RequestContext) -> Iterator[RequestContext]:
    """Make ``context`` the current one inside the block."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)


@contextmanager
def acting_as(
    *,
    tenant_id: UUID | None = None,
    support: bool = False,
    credential: str = "",
) -> Iterator[RequestContext]:
    """Work inside another scope. The scope is replaced whole, never widened; who acts, and from where, stays."""
    with using(replace(current(), tenant_id=tenant_id, support=support, credential=credential)) as changed:
        yield changed
