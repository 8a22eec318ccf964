"""The findings of this project and Freeman's score over the same sign-ins, which stand in the database as events.

Sign-ins are read once, as a stream: into Login Activity, and through Freeman's score. Then the rules run over the
record as ``manage.py find_unusual`` runs them, and each finding is compared with what the traffic knows.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import connections
from psycopg2.extras import execute_values

from login_activity.models import LoginEvent
from wisely_security.core.request_context import acting_as
from wisely_security.findings.engine import history
from wisely_security.findings.engine.incidents import Incident
from wisely_security.findings.models import limits_in_force
from wisely_security.ledger.months import partitions
from wisely_security.ledger.months.partitions import add_months

from ..traffic.rows import Row
from .freeman import Freeman
from .observed import event_id, values

FIRST = 5  # a user's sign-ins that are counted apart
BATCH = 5_000
HOUR = 3600.0
DAYS_A_WEEK = 7
TABLE = LoginEvent._meta.db_table


@dataclass
class Sign:
    """Of every sign-in that has succeeded, by number, in arrays of plain numbers: there may be millions."""

    user: array[int] = field(default_factory=lambda: array("q"))
    at: array[float] = field(default_factory=lambda: array("d"))
    before: array[int] = field(default_factory=lambda: array("L"))  # sign-ins of the user before it
    score: array[float] = field(default_factory=lambda: array("d"))
    pattern: array[int] = field(default_factory=lambda: array("B"))  # bits of PATTERN
    attacks: dict[int, str] = field(default_factory=dict)  # kinds, by number


PATTERN = ("device", "place", "network")  # what is new for the user


class Loader:
    """Takes rows, in the order of time. ``company``: which tenant a user is of."""

    def __init__(self, company: Callable[[int], int]) -> None:
        self.company = company
        self.tenants: dict[int, UUID] = {}
        self.users: set[int] = set()
        self.first_at = self.last_at = 0.0
        self.signs = Sign()
        self._freeman = Freeman()
        self._known: defaultdict[int, tuple[set[str], set[str], set[str]]] = defaultdict(lambda: (set(), set(), set()))
        self._months: set[str] = set()
        self._columns: list[str] = []

    @property
    def weeks(self) -> float:
        return len(self.users) * max(1.0, (self.last_at - self.first_at) / HOUR / 24) / DAYS_A_WEEK

    def load(self, rows: Iterable[Row]) -> None:
        waiting: list[tuple[str, list[object]]] = []
        for number, row in enumerate(rows):
            self.first_at = min(self.first_at or row.at, row.at)
            self.last_at = max(self.last_at, row.at)
            self.users.add(row.user)
            columns = values(row)
            self._columns = list(columns)
            waiting.append(self._event(row, number, columns))
            self._note(row, columns)
            if len(waiting) == BATCH:
                self._insert(waiting)
                waiting = []
        self._insert(waiting)
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"ANALYZE {TABLE}")

    def _note(self, row: Row, columns: dict[str, object]) -> None:
        """Numbers are those of events; a failure has no score."""
        signs, score = self.signs, -1.0
        known = self._known[row.user]
        facts = (
            f"{columns['device_kind']} {row.browser.rstrip('0123456789. ')}",
            str(columns["place"]),
            _wider(row.ip),
        )
        before = self._freeman.sign_ins[row.user]
        if row.is_success:
            found = self._freeman.score(row)
            score = -1.0 if found is None else found
            self._freeman.learn(row)
        if row.attack:
            signs.attacks[len(signs.at)] = row.attack
        signs.user.append(row.user)
        signs.at.append(row.at)
        signs.before.append(before)
        signs.score.append(score)
        signs.pattern.append(sum(1 << bit for bit, fact in enumerate(facts) if fact not in known[bit]))
        if row.is_success:
            for fact, its in zip(facts, known, strict=True):
                its.add(fact)

    def _event(self, row: Row, number: int, columns: dict[str, object]) -> tuple[str, list[object]]:
        month = datetime.fromtimestamp(row.at, UTC)
        partition = f"{TABLE}_{month:%Y_%m}"
        if partition not in self._months:
            partitions.create(month.date().replace(day=1), add_months(month.date().replace(day=1), 1))
            self._months.add(partition)
        return partition, [
            str(event_id(row, number)),
            str(self._tenant(row.user)),
            "{}",
            *map(_plain, columns.values()),
        ]

    def _tenant(self, user: int) -> UUID:
        company = self.company(user)
        return self.tenants.setdefault(company, UUID(int=company << 64 | 7 << 76 | 2 << 62))

    def _insert(self, waiting: Sequence[tuple[str, list[object]]]) -> None:
        """The owner addresses partitions directly, where no policy applies."""
        by_partition: defaultdict[str, list[list[object]]] = defaultdict(list)
        for partition, event in waiting:
            by_partition[partition].append(event)
        with connections["owner"].cursor() as cursor:
            for partition, events in by_partition.items():
                statement = f"INSERT INTO {partition} (id, tenant_id, detail, {', '.join(self._columns)}) VALUES %s"
                execute_values(cursor.cursor, statement, events, page_size=1000)


def _plain(value: object) -> object:
    return str(value) if isinstance(value, UUID) else value


def _wider(ip: str) -> str:
    return ip.rsplit(".", 2)[0] if "." in ip else ip[:9]


@dataclass(frozen=True)
class Outcome:
    """What was found. ``false``: findings that rest on no attack, by rule, of users past their first sign-ins;
    ``false_first``: of the others. ``found``: numbers of attacks that a finding rests on."""

    found: frozenset[int]
    false: Counter[str]
    false_first: Counter[str]


def find(loaded: Loader) -> Outcome:
    """As ``find_unusual`` does, of each tenant, with the thresholds to start from."""
    signs, found = loaded.signs, set()
    false: Counter[str] = Counter()
    false_first: Counter[str] = Counter()
    for incident in _incidents(loaded):
        numbers = sorted(number_of(UUID(key)) for _, key in incident.events)
        attacks = [number for number in numbers if number in signs.attacks]
        found.update(attacks)
        if not attacks:
            (false_first if signs.before[numbers[-1]] < FIRST else false)[incident.rule] += 1
    return Outcome(frozenset(found), false, false_first)


def _incidents(loaded: Loader) -> Iterator[Incident]:
    start = datetime.fromtimestamp(loaded.first_at, UTC)
    end = datetime.fromtimestamp(loaded.last_at, UTC) + timedelta(seconds=1)
    for tenant in loaded.tenants.values():
        with acting_as(tenant_id=tenant):
            yield from history.find(tenant, start, end, limits_in_force({}))[0]


def number_of(key: UUID) -> int:
    """That ``event_id`` was made with."""
    return key.int & (1 << 62) - 1


class Scores:
    """Freeman's scores of users past their first sign-ins, or of the others."""

    def __init__(self, signs: Sign, *, first: bool) -> None:
        chosen = [
            number for number, score in enumerate(signs.score) if score >= 0 and (signs.before[number] < FIRST) is first
        ]
        self.signs = signs
        self.attacks = [number for number in chosen if number in signs.attacks]
        self.honest = [number for number in chosen if number not in signs.attacks]
        self._ranked = sorted((signs.score[number] for number in self.honest), reverse=True)

    def threshold(self, findings: float) -> float:
        """The lowest that makes no more false findings; one a user and hour, as the rules' are."""
        low, high = 0, len(self._ranked)
        while high - low > 1:
            middle = (low + high) // 2
            if self._findings(self._ranked[middle]) <= findings:
                low = middle
            else:
                high = middle
        return self._ranked[low] if self._ranked else 0.0

    def _findings(self, threshold: float) -> int:
        last: dict[int, float] = {}
        number = 0
        for each in self.honest:
            if self.signs.score[each] >= threshold:
                user, at = self.signs.user[each], self.signs.at[each]
                number += at - last.get(user, -HOUR) >= HOUR
                last[user] = at
        return number

    def found(self, kind: str, threshold: float) -> float:
        its = [number for number in self.attacks if self.signs.attacks[number] == kind]
        return sum(self.signs.score[number] >= threshold for number in its) / len(its) if its else 0.0

    def asked(self, kind: str, share: float) -> float:
        """The share of honest sign-ins that score as high as it takes to find this share of attacks."""
        its = sorted(
            (self.signs.score[each] for each in self.attacks if self.signs.attacks[each] == kind), reverse=True
        )
        threshold = its[min(len(its) - 1, int(len(its) * share))]
        return sum(score >= threshold for score in self._ranked) / len(self._ranked)
