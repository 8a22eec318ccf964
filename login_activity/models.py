from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterable
from functools import reduce
from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q, Value

from wisely_security.ledger.models import Event, EventQuerySet, OfPerson, for_projectors, wide_index
from wisely_security.ledger.search.fields import Holds, IndexedFields, TextCondition, pattern_of
from wisely_security.ledger.search.networks import Within
from wisely_security.ledger.search.people import among, by_kind
from wisely_security.reports.table.stored import add_stored_fields

from .report.tables import LoginActivityTable
from .vocabulary import Action, Reason, Status

UNKNOWN_USER = "unknown"  # as a filter: everybody who is not registered


def of_users(users: Iterable[str]) -> Q:
    """The condition that an event is of one of them: by id, by e-mail address, or ``unknown`` for everybody who is no
    registered user."""
    found = by_kind(users, {UNKNOWN_USER})
    conditions = [among("user_id", found.ids), among("user_email", found.emails)]
    if found.keys:
        conditions.append(Q(user_id=None))
    return reduce(operator.or_, filter(None, conditions))


class LoginEventQuerySet(EventQuerySet["LoginEvent"]):
    def of_user(self, user: str) -> Self:
        return self.filter(of_users([user]))

    def counted_at(self, email: str) -> Self:
        """Of attempts that were counted, those at several accounts of which one may have this address."""
        return self.filter(EachHolds(F("detail"), Value(pattern_of(email))))

    def in_session(self, name: str) -> Self:
        """Search segments have the name among their texts."""
        return self.filter(Holds(F("session"), Value(pattern_of(name))), session=name)


class EachHolds(TextCondition):
    """Whether a name or an address of an attempt that was counted fulfils a pattern: ``EachHolds(F("detail"), …)``."""

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> Any:  # type: ignore[override]
        (detail, own), (pattern, its) = map(compiler.compile, self.get_source_expressions())
        like = f"LIKE wisely_fold({pattern})"
        holds = " OR ".join(f"wisely_fold(one->>'{key}') {like}" for key in ("name", "e-mail"))
        sql = f"EXISTS (SELECT FROM jsonb_array_elements({detail}->'each') AS one WHERE {holds})"
        return sql, [*own, *its * 2]


class EachWithin(Within):
    """Whether an attempt that was counted came from a network: ``EachWithin(F("detail"), Value("10.0.0.0/8"))``."""

    template = "EXISTS (SELECT FROM jsonb_array_elements(%(expressions)s::inet))"
    arg_joiner = "->'each') AS one WHERE (one->>'ip')::inet <<= ("


INDEXED = IndexedFields(
    texts={
        "user_name": "user_name",
        "user_email": "user_email",
        "acted_by": "acted_by",
        "ip": "host(ip)",
        "device": "device",
        "browser": "browser",
        "system": "system",
        "place": "place",
        "user_agent": "user_agent",
        "session": "session",
        "detail__area": "detail->>'area'",
    },
    labelled={
        "action": lambda: Action.choices,
        "status": lambda: Status.choices,
        "reason": lambda: Reason.choices,
    },
    also=lambda pattern: EachHolds(F("detail"), Value(pattern)),
    also_sql="ARRAY(SELECT one->>key FROM jsonb_array_elements(detail->'each') AS one, "
    "unnest(ARRAY['name', 'e-mail']) AS key)",
    also_at=lambda network: EachWithin(F("detail"), Value(network)),
    also_addresses_sql="(SELECT (one->>'ip')::inet AS ip FROM jsonb_array_elements(detail->'each') AS one)",
    ids=("request_id", "user_id"),
    columns=("user_email",),
    paired=("user_id", "action", "status", "device_kind", "country"),
)


class LoginEvent(Event):
    """One authentication event. Names, device and place are as they were at that moment; nothing is looked up later.

    ``action``, ``status`` and ``reason`` hold keys of the vocabulary, as text: a key that is no longer used
    stays readable. ``user_id`` and the names: whose account it is about. ``acted_by``: who did it, where that
    was somebody else. ``detail``: what is special to the action (the filters of a view, the fields of an edit); of
    attempts that were counted, how many (``times``), the ``first`` and ``last`` moment, and ``each``.
    """

    user_id = models.UUIDField(null=True)
    user_name = models.TextField("name")
    user_email = models.TextField("e-mail")
    acted_by = models.TextField("done by", default="")
    action = models.TextField()
    status = models.TextField()
    reason = models.TextField(default="")
    ip = models.GenericIPAddressField("IP address", null=True)
    device_kind = models.TextField()
    device = models.TextField("device type")
    browser = models.TextField()
    system = models.TextField()
    user_agent = models.TextField()
    user_agent_cut = models.BooleanField()
    country = models.TextField("country code")
    place = models.TextField("geo location")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    session = models.TextField("session")
    detail = models.JSONField(default=dict)

    dimensions = ("action", "device_kind", "country")
    people = ("user_id",)
    personal = (
        "user_name",
        "user_email",
        "acted_by",
        "ip",
        "user_agent",
        "place",
        "latitude",
        "longitude",
        "session",
        "detail",
    )
    of_person = OfPerson(
        id="user_id",
        name="user_name",
        email="user_email",
        whereabouts=("ip", "user_agent", "place", "latitude", "longitude", "session"),
        acted_by="acted_by",
        keys=frozenset({"ended from", "each"}),
    )
    indexed = INDEXED
    objects: ClassVar[Any] = LoginEventQuerySet.as_manager()

    class Meta:
        verbose_name = "login event"
        ordering = ["-id"]
        indexes = [
            wide_index("login_activity", "status", "action", "country", "device_kind", "ip", "user_id"),
            for_projectors("login_activity_loginevent"),
            # Of attempts that were counted: next to nothing, as other events have no entry.
            models.Index(
                fields=["tenant_id", "id"], condition=Q(detail__has_key="times"), name="login_activity_event_counted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action_label}: {self.user_name}"

    @property
    def action_label(self) -> str:
        return Action.say(self.action)

    @property
    def status_label(self) -> str:
        return Status.say(self.status)

    @property
    def reason_label(self) -> str:
        return Reason.say(self.reason)

    @property
    def is_unknown(self) -> bool:
        return self.user_id is None and not any("user" in each for each in self.each)

    @property
    def times(self) -> int:
        """How many attempts it stands for (sign_ins/floods.py)."""
        return int(self.detail.get("times", 1))

    def attempts_at(self, user_id: UUID) -> Counter[str]:
        """How many attempts at an account it stands for, by address (empty: unknown)."""
        its = str(user_id)
        if str(self.user_id) == its and not self.each:
            return Counter({self.ip or "": self.times})
        found: Counter[str] = Counter()
        for one in self.each:
            if one.get("user") == its:
                found[one.get("ip", "")] += one["times"]
        return found

    @property
    def each(self) -> list[dict[str, Any]]:
        """Of attempts at several accounts or from several addresses: ``times``, and ``user``, ``name``, ``e-mail`` and
        ``ip`` where there is one."""
        return list(self.detail.get("each", []))


add_stored_fields(LoginEvent, LoginActivityTable)
