"""What ``detection`` has found, as tables."""

from __future__ import annotations

from collections import Counter

from wisely_security.findings.rules import RULES

from ..results import Table
from .detection import FIRST, PATTERN, Loader, Outcome, Scores

RATES = (0.05, 0.1, 0.2, 0.4)
SHARE_FOUND = 0.98
UNIT = "false findings per user and week"


def tables(loaded: Loader, outcome: Outcome, what: str) -> list[Table]:
    signs = loaded.signs
    kinds = list(dict.fromkeys(signs.attacks[number] for number in sorted(signs.attacks)))
    kinds.sort(key=["naive", "VPN", "targeted", "very targeted", "takeover"].index)
    scores, first = Scores(signs, first=False), Scores(signs, first=True)
    about = (
        f"{len(signs.at):,} attempts to sign in of {len(loaded.users):,} people of {what}, {len(signs.attacks):,} of "
        "them attacks that know the password. "
    )
    return [
        _found(loaded, outcome, kinds, scores, first, about),
        _false(loaded, outcome),
        _missed(loaded, outcome, kinds, scores),
        _asked(kinds, scores),
    ]


def _found(loaded: Loader, outcome: Outcome, kinds: list[str], scores: Scores, first: Scores, about: str) -> Table:
    def row(name: str, rate: float, found: list[float]) -> list[str]:
        return [name, f"{rate:.3f}", *(f"{share:.1%}" for share in found)]

    def ours(its: Scores) -> list[float]:
        return [_share(its, kind, outcome) for kind in kinds]

    number = sum(outcome.false.values())
    rows = [row("findings", number / loaded.weeks, ours(scores))]
    for rate in dict.fromkeys([round(number / loaded.weeks, 3), *RATES]):
        threshold = scores.threshold(rate * loaded.weeks)
        rows.append(row("Freeman’s score", rate, [scores.found(kind, threshold) for kind in kinds]))
    number = sum(outcome.false_first.values())
    threshold = first.threshold(number)
    rows.append(row(f"the first {FIRST} sign-ins: findings", number / loaded.weeks, ours(first)))
    beside = [first.found(kind, threshold) for kind in kinds]
    rows.append(row(f"the first {FIRST} sign-ins: Freeman’s score", number / loaded.weeks, beside))
    counts = Counter(loaded.signs.attacks[number] for number in scores.attacks)
    counted = ", ".join(f"{counts[kind]} {kind}" for kind in kinds)
    return Table(
        title="Attacks found",
        about=(
            f"{about}The share that a finding rests on, and the false findings for it, per user and week. Those of "
            f"users with fewer than {FIRST} earlier sign-ins are counted apart, in the last two lines; the others are "
            f"of {counted} attacks."
        ),
        headings=["", UNIT, *kinds],
        rows=rows,
    )


def _share(scores: Scores, kind: str, outcome: Outcome) -> float:
    its = [number for number in scores.attacks if scores.signs.attacks[number] == kind]
    return sum(number in outcome.found for number in its) / len(its) if its else 0.0


def _false(loaded: Loader, outcome: Outcome) -> Table:
    rules = [key for key in RULES if outcome.false[key] + outcome.false_first[key]]
    return Table(
        title="False findings by rule",
        about="Per user and week.",
        headings=["", f"after {FIRST} sign-ins", "before"],
        rows=[
            [
                RULES[key].title,
                f"{outcome.false[key] / loaded.weeks:.4f}",
                f"{outcome.false_first[key] / loaded.weeks:.4f}",
            ]
            for key in rules
        ],
    )


def _missed(loaded: Loader, outcome: Outcome, kinds: list[str], scores: Scores) -> Table:
    """What is new about the attacks that were not found, and how often the same is new about honest people."""
    signs = loaded.signs
    missed = {kind: Counter[int]() for kind in kinds}
    for number in scores.attacks:
        if number not in outcome.found:
            missed[signs.attacks[number]][signs.pattern[number]] += 1
    honest = Counter(signs.pattern[number] for number in scores.honest)
    patterns = sorted(set().union(*missed.values()), key=lambda it: -sum(its[it] for its in missed.values()))
    of_kind = Counter(signs.attacks[number] for number in scores.attacks)
    return Table(
        title="Attacks not found",
        about=(
            "What was new about them for the person, as a share of all attacks of the kind; and how often the same is "
            "new about sign-ins of honest people, per user and week: so many false findings a rule for it would make. "
            "A network is a /16 here, a device its kind, browser and system."
        ),
        headings=["new", *kinds, "honest"],
        rows=[
            [
                _pattern(pattern),
                *(f"{missed[kind][pattern] / of_kind[kind]:.1%}" for kind in kinds),
                f"{honest[pattern] / loaded.weeks:.2f}",
            ]
            for pattern in patterns
        ],
    )


def _pattern(bits: int) -> str:
    return ", ".join(name for bit, name in enumerate(PATTERN) if bits >> bit & 1) or "nothing"


def _asked(kinds: list[str], scores: Scores) -> Table:
    shares = [f"{scores.asked(kind, SHARE_FOUND):.1%}" for kind in kinds]
    return Table(
        title="Freeman’s score here and in the study",
        about=(
            f"The share of honest sign-ins that score as high as it takes to find {SHARE_FOUND:.0%} of the attacks. "
            "The study’s are medians of users after 12 and after 39 sign-ins, read by eye from the figure of Wiefling "
            "et al., 2022 (doi 10.1145/3546069): where ours is larger, this traffic is harder than theirs."
        ),
        headings=["", *kinds],
        rows=[["here", *shares], ["in the study", *(PUBLISHED.get(kind, "") for kind in kinds)]],
    )


PUBLISHED = {"naive": "8%, 3%", "VPN": "17%, 5%", "targeted": "17%, 5%"}
