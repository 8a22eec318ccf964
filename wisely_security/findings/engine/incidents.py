"""Signals become incidents: those of one rule and subject that follow each other are one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from login_activity.vocabulary import Action

from ..rules.rule import Details, Rule, Severity, Signal
from .memory import DAY, Memory
from .observations import LOGIN_ACTIVITY, Observation

MOST_EVENTS = 1000  # that are kept with a finding; all are counted
MOST_LISTED = 100  # values of one piece of evidence
STRENGTH = {severity: place for place, severity in enumerate(Severity)}
WATCHED_SECONDS = 60 * 60


@dataclass(slots=True)
class Incident:
    """``facts``: what an exception may name: the person, the network, the device. ``events``: how many attempts each
    stands for. ``number``: of them all, also of those that are not kept."""

    rule: str
    tenant: str
    subject: str
    person: str
    name: str
    facts: dict[str, str]
    severity: Severity
    evidence: dict[str, Any]
    first_at: float
    last_at: float
    number: int = 0
    events: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str]:
        return self.tenant, self.rule, self.subject

    @property
    def details(self) -> Details:
        return Details(self.name, self.evidence, self.number, round((self.last_at - self.first_at) / 60))

    def absorb(self, later: Incident) -> None:
        """The same incident goes on."""
        self.evidence = merged(self.evidence, later.evidence)
        self.severity = max(self.severity, later.severity, key=STRENGTH.__getitem__)
        self.first_at, self.last_at = min(self.first_at, later.first_at), max(self.last_at, later.last_at)
        self.number += later.number
        for event, times in later.events.items():
            if event in self.events or len(self.events) < MOST_EVENTS:
                self.events[event] = self.events.get(event, 0) + times


def merged(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What was found first stays; lists grow. Those of two values are pairs, which stay."""
    together = dict(before)
    for name, value in after.items():
        old = together.setdefault(name, value)
        if old is not value and isinstance(old, list) and name in GROWING:
            together[name] = list(dict.fromkeys([*old, *value]))[:MOST_LISTED]
    return together


GROWING = frozenset({"then", "people", "succeeded", "addresses", "did", "modules"})


class Examination:
    """Runs rules over the observations of a tenant, in order. ``limits``: by rule; a rule that is not there is off."""

    def __init__(self, memory: Memory, rules: Mapping[str, Rule]) -> None:
        self.memory = memory
        self.rules = rules

    def examine(self, it: Observation, limits: Mapping[str, Mapping[str, int]]) -> Iterator[Incident]:
        yield from self._watched(it, limits)
        objected: set[str] = set()
        for key, its_limits in limits.items():
            rule = self.rules[key]
            if not objected.isdisjoint(rule.unless):
                continue
            for signal in rule.examine(it, self.memory, its_limits):
                objected.add(key)
                yield self._incident(rule, it, signal)
        self.memory.remember(it)

    def _incident(self, rule: Rule, it: Observation, signal: Signal) -> Incident:
        is_of_network = signal.subject == it.network
        known = (
            self.memory.network(it.tenant, it.network) if is_of_network else self.memory.person(it.tenant, it.person)
        )
        name = rule.key if is_of_network else f"{rule.key} {signal.subject}"
        is_ongoing = abs(it.at - known.ongoing.get(name, 0.0)) < rule.pause.total_seconds()
        lately = {key: at for key, at in known.ongoing.items() if it.at - at < DAY}
        known.ongoing = {**lately, name: it.at}
        events = Counter({it.reference: it.times})
        if not is_ongoing:
            events = Counter()
            for event, times in zip(signal.events, signal.times or repeat(1), strict=False):
                events[event] += times
        if signal.watched and not is_ongoing:
            self._watch(rule, it, signal)
        since = it.at if is_ongoing or not signal.since else min(signal.since, it.at)
        return _incident(rule.key, it, signal.subject, signal.severity, signal.evidence, events, since)

    def _watch(self, rule: Rule, it: Observation, signal: Signal) -> None:
        """Of several rules that object to one observation, the first one is shown what follows."""
        person, until = self.memory.person(it.tenant, it.person), it.at + WATCHED_SECONDS
        if person.watched[3:] != [until]:
            person.watched = [rule.key, signal.subject, it.ip, until]

    def _watched(self, it: Observation, limits: Mapping[str, object]) -> Iterator[Incident]:
        """What somebody does after a suspicious sign-in, from the same address."""
        if not it.person or not it.is_success or it.signs_in or it.action == Action.END_SESSION:
            return  # of an ended session, the event has the address
        match self.memory.person(it.tenant, it.person).watched:
            case [rule, subject, it.ip, until] if it.at < until and rule in limits:
                evidence = {"then": [did(it)]}
                yield _incident(rule, it, subject, Severity.LOW, evidence, {it.reference: 1}, it.at)


def _incident(
    rule: str,
    it: Observation,
    subject: str,
    severity: Severity,
    evidence: dict[str, Any],
    events: dict[tuple[str, str], int],
    since: float,
) -> Incident:
    facts = {"person": it.person, "network": it.network, "device": it.device}
    return Incident(
        rule,
        it.tenant,
        subject,
        it.person,
        it.name,
        facts,
        severity,
        evidence,
        since,
        it.at,
        sum(events.values()),
        dict(events),
    )


def did(it: Observation) -> str:
    """What was done, as part of a sentence."""
    if it.is_download:
        return f"downloaded {it.area} ({it.rows:,} rows)"
    if it.record == LOGIN_ACTIVITY:
        return f"{DONE.get(it.action, it.action)} {it.area}".strip()
    return f"{it.module.replace('_', ' ')}: {it.action.replace('_', ' ')} “{it.resource}”"


DONE: dict[str, str] = {
    Action.VIEW: "viewed",
    Action.EDIT: "edited",
    Action.CHANGE_PASSWORD: "changed the password",
    Action.RESET_PASSWORD: "reset the password",
    Action.LOG_OUT: "signed out",
}


def together(incidents: Iterable[Incident], pause: Mapping[str, float]) -> list[Incident]:
    """Incidents that follow each other within their rule's pause (seconds) as one."""
    found: list[Incident] = []
    last: dict[tuple[str, str, str], Incident] = {}
    for each in incidents:
        before = last.get(each.key)
        if before and abs(each.first_at - before.last_at) < pause[each.rule]:
            before.absorb(each)
        else:
            found.append(each)
            last[each.key] = each
    return found
