"""Who acts, for which tenant, from where: the facts that every write and every read needs.

The context lives in a ``ContextVar``, so threads and coroutines each have their own. The database backend
(:mod:`wisely_security.database.base`) announces its scope to PostgreSQL, where row-level security reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from uuid import UUID

# What a session keeps of a browser's headers: more of the user agent than an event shows, so that a cut is still seen.
LONGEST_AGENT = 1024
LONGEST_HINT = 300
MOST_HINTS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The person who acts. ``name`` and ``email`` are as they were when the request began."""

    id: UUID
    name: str
    email: str
    tenant_id: UUID | None
    tenant_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Where a request comes from. ``hints`` are the ``Sec-CH-UA…`` headers, by lower-case name."""

    address: IPv4Address | IPv6Address | None = None
    user_agent: str = ""
    hints: dict[str, str] = field(default_factory=dict)
    touch_points: int | None = None

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


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """One unit of work.

    ``tenant_id``: the only tenant whose rows can be read or written; ``None``: no rows at all.
    ``support``: rows of every tenant (support staff in Django admin, and nobody else).
    ``credential``: what the visitor presented before a tenant is known (an e-mail address, a user's id
    from a signed link, the hash of a session key); it opens the one row it names, for reading.
    ``session``: a name of the session that tells nothing of its key.
    """

    tenant_id: UUID | None = None
    support: bool = False
    credential: str = ""
    actor: Actor | None = None
    client: Client = field(default_factory=Client)
    request_id: UUID | None = None
    session: str = ""

    @property
    def scope(self) -> tuple[str, str, str]:
        """What PostgreSQL is told: ``wisely.tenant_id``, ``wisely.scope`` and ``wisely.credential``."""
        tenant = "" if self.tenant_id is None else str(self.tenant_id)
        return tenant, "support" if self.support else "", self.credential


NOBODY = RequestContext()
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
