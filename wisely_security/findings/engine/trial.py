"""Rules run over observations without storing anything: for dry runs and for the rules' own cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..rules import RULES
from .incidents import Examination, Incident, together
from .memory import Memory
from .observations import Observation

PAUSES = {key: rule.pause.total_seconds() for key, rule in RULES.items()}


def find(observations: Iterable[Observation], limits: Mapping[str, Mapping[str, int]]) -> list[Incident]:
    """What the rules of ``limits`` find, the oldest first."""
    examination = Examination(Memory(), RULES)
    return together((each for it in observations for each in examination.examine(it, limits)), PAUSES)
