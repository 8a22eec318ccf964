"""An account that was locked by guesses is opened again through a link in an e-mail."""

from __future__ import annotations

from collections.abc import Iterator

from login_activity.vocabulary import Action, Reason

from ...engine.memory import DAY, Memory
from ...engine.observations import Observation
from ..cases import AMSTERDAM, does, signs_in
from ..rule import Case, Details, Limits, Rule, Severity, Signal, Threshold
from ..texts import city, span, then


def examine(it: Observation, memory: Memory, limits: Limits) -> Iterator[Signal]:
    if not it.is_success or it.action != Action.RESET_PASSWORD or it.reason == Reason.LINK_REQUESTED:
        return
    person = memory.person(it.tenant, it.person)
    locked = person.locked
    if not locked or not 0 <= it.at - locked["at"] < limits["hours"] * DAY / 24:
        return
    is_known = it.is_private or it.place in person.places
    yield Signal(
        subject=it.person,
        evidence={"minutes": (it.at - locked["at"]) / 60, "place": it.place, "known": is_known},
        events=[("login-activity", locked["id"]), it.reference],
        severity=Severity.LOW if is_known else Severity.HIGH,
        since=locked["at"],
        watched=not is_known,
    )


def sentence(it: Details) -> str:
    after, place = span(it.evidence["minutes"]), city(it.evidence["place"])
    new = "" if it.evidence["known"] else ", new for them"
    what = f"{it.name} was locked out, and chose a new password by e-mail {after} later"
    return f"{what}, from {place}{new}.{then(it.evidence)}"


RULE = Rule(
    key="unlocked_by_email",
    title="Locked account opened by e-mail",
    meaning="An account was locked after too many wrong passwords, then opened with a link sent by e-mail.",
    next_steps=(
        "Ask the person whether they asked for the link: whoever reads their e-mail can open the account.",
        "If not: have the mailbox secured first, then the account.",
    ),
    thresholds=(Threshold(key="hours", label="Within", default=24, maximum=24 * 7, unit="hours"),),
    examine=examine,
    sentence=sentence,
    cases=(
        Case(
            "by the person",
            [
                signs_in("-1 09:00"),
                _locked := does("09:00", Action.LOCK_OUT, is_success=False),
                does("09:10", Action.RESET_PASSWORD),
            ],
            ["Priya Nair was locked out, and chose a new password by e-mail 10 min later, from Bengaluru."],
        ),
        Case(
            "by somebody else",
            [signs_in("-1 09:00"), _locked, does("09:10", Action.RESET_PASSWORD, spot=AMSTERDAM)],
            [
                "Priya Nair was locked out, and chose a new password by e-mail 10 min later, "
                "from Amsterdam, new for them."
            ],
        ),
        Case(
            "a link that was only requested",
            [_locked, does("09:10", Action.RESET_PASSWORD, reason=Reason.LINK_REQUESTED)],
        ),
        Case("without a lock-out", [does("09:10", Action.RESET_PASSWORD)]),
        Case("days later", [does("-3 09:00", Action.LOCK_OUT, is_success=False), does("09:10", Action.RESET_PASSWORD)]),
    ),
)
