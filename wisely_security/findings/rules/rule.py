"""What a rule is: thresholds, an examination of an observation, a sentence for people, what to do next, and cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import models

from ..engine.memory import Memory
from ..engine.observations import Observation

Limits = Mapping[str, int]


class Severity(models.TextChoices):
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A number that a tenant may change. ``label`` reads as a form field, ``unit`` stands behind the number."""

    key: str
    label: str
    default: int
    minimum: int = 1
    maximum: int = 100_000
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One observation that a rule objects to.

    ``subject``: what the incident is about; signals of one rule and subject that follow each other are one finding.
    ``evidence``: what the sentence is made of, as JSON. ``events``: those that it rests on, the observation among them.
    ``times``: how many attempts each of them stands for, where it may be several. ``since``: when it began, if before
    the observation. ``watched``: what the person does next from the same address belongs to the finding.
    """

    subject: str
    evidence: dict[str, Any]
    events: Sequence[tuple[str, str]]  # record, id
    severity: Severity
    times: Sequence[int] = ()
    since: float = 0.0
    watched: bool = False


@dataclass(frozen=True, slots=True)
class Details:
    """What a sentence is made of. ``number``: of events, also of those that are not kept with the finding; where
    one stands for many attempts, of the attempts."""

    name: str
    evidence: Mapping[str, Any]
    number: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Case:
    """``finds``: the sentences of the rule's findings after these observations, times in UTC; none: it stays silent."""

    name: str
    observations: Sequence[Observation]
    finds: Sequence[str] = ()
    limits: Limits = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """``pause``: signals about one subject that are further apart are two findings. ``unless``: rules listed before
    this one that say more about the same observation; where one of them objects, this one stays silent. ``asks``: the
    rule is about a person's own sign-in, and this is why they are asked whether it was them."""

    key: str
    title: str
    meaning: str
    next_steps: tuple[str, ...]
    examine: Callable[[Observation, Memory, Limits], Iterator[Signal]]
    sentence: Callable[[Details], str]
    thresholds: tuple[Threshold, ...] = ()
    pause: timedelta = timedelta(hours=1)
    unless: frozenset[str] = frozenset()
    cases: tuple[Case, ...] = ()
    asks: str = ""

    @property
    def defaults(self) -> dict[str, int]:
        return {each.key: each.default for each in self.thresholds}
