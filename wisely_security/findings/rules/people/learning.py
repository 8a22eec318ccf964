"""How long somebody is got to know, before what is new about them is unusual."""

from __future__ import annotations

from ...engine.memory import DAY, Person
from ...engine.observations import Observation
from ..rule import Limits, Threshold


def thresholds(sign_ins: int) -> tuple[Threshold, ...]:
    return (
        Threshold(key="days", label="Once someone has signed in for", default=14, maximum=365, unit="days"),
        Threshold(key="sign_ins", label="Or so often", default=sign_ins, maximum=1000, unit="sign-ins"),
    )


def is_known(person: Person, it: Observation, limits: Limits) -> bool:
    """``first``: an account that signs in for the second time after two weeks is known, too."""
    if not person.sign_ins:
        return False
    return person.sign_ins >= limits["sign_ins"] or it.at - person.first >= limits["days"] * DAY
