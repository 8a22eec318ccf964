"""The score of Freeman et al. (Who Are You? A Statistical Approach to Measuring User Authenticity, NDSS 2016, doi
10.14722/ndss.2016.23240), without attack data, as Wiefling et al. published it with the login data set
(das-group/rba-algorithm, MIT): features, weights, smoothing and the treatment of what a user has never used are theirs.

Their program hands the address's feature over where the user agent's is meant in the user's history; this one does not.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from ..traffic.rows import Row

WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "ip": {"ip": 0.6, "asn": 0.3, "country": 0.1},
    "user_agent": {
        "user_agent": 0.5386653840551359,
        "browser": 0.2680451498625666,
        "system": 0.18818295100109536,
        "device": 0.0051065150812021525,
    },
}
NEVER_USED = 4  # a feature that a user has never used is so many times likelier among all others


class Freeman:
    """Learns from every sign-in that has succeeded, in the order of time."""

    def __init__(self) -> None:
        self._all: dict[str, Counter[object]] = {level: Counter() for levels in WEIGHTS.values() for level in levels}
        self._number = 0
        self._of_user: defaultdict[int, Counter[tuple[str, object]]] = defaultdict(Counter)
        self.sign_ins: Counter[int] = Counter()

    def score(self, row: Row) -> float | None:
        """Higher is more suspicious; none of a user's first sign-in."""
        number = self.sign_ins[row.user]
        if not number:
            return None
        user, risk = self._of_user[row.user], 1.0
        for levels in WEIGHTS.values():
            everybody = self._everybody(row, levels)
            own = sum(weight * user[level, getattr(row, level)] / number for level, weight in levels.items())
            risk *= everybody / (own or everybody / NEVER_USED)
        return risk * (1 / len(self.sign_ins)) / (number / self._number)

    def _everybody(self, row: Row, levels: Mapping[str, float]) -> float:
        """The first level is smoothed: values that have never been seen share what is left for them."""
        (first, first_weight), *others = levels.items()
        unseen = 1 + sum(len(self._all[level]) for level, _ in others)
        count = self._all[first][getattr(row, first)]
        if count:
            in_it = count / (count + 1 + len(others))  # one value of each level above is known of it
            smoothed = in_it * count / self._number * (1 - unseen / (self._number + unseen))
        else:
            smoothed = 1 / (self._number + unseen)
        rest = sum(weight * self._all[level][getattr(row, level)] / self._number for level, weight in others)
        return first_weight * smoothed + rest

    def learn(self, row: Row) -> None:
        self._number += 1
        self.sign_ins[row.user] += 1
        user = self._of_user[row.user]
        for level, counts in self._all.items():
            value = getattr(row, level)
            counts[value] += 1
            user[level, value] += 1
