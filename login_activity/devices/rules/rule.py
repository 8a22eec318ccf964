"""An ordered table of patterns, read by ua-parser's own engine: one pass, in linear time, whatever a client sends."""

from collections.abc import Iterable
from dataclasses import dataclass

from ua_parser_rs import DeviceExtractor

from login_activity.devices.kinds import DeviceKind

BELIEVED = ""  # the system that the string names is the device's own
BORROWED = "-"  # it is another's, or a disguise, and is not shown
_NO_MODEL = "-"  # the engine would take the first group for it


@dataclass(frozen=True, slots=True)
class Rule:
    """A case-insensitive Rust regular expression; `model` and `system` may use its groups ($1)."""

    kind: DeviceKind
    pattern: str
    model: str = ""
    system: str = BELIEVED


@dataclass(frozen=True, slots=True)
class Match:
    kind: DeviceKind
    model: str
    system: str


class RuleTable:
    """The first rule that matches decides."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._extractor = DeviceExtractor(
            (rule.pattern, "i", rule.kind.value, rule.system, rule.model or _NO_MODEL) for rule in self.rules
        )

    def match(self, text: str) -> Match | None:
        found = self._extractor.extract(text)
        if found is None:
            return None
        model = "" if found.model in (None, _NO_MODEL) else found.model
        return Match(DeviceKind(found.family), model, found.brand or BELIEVED)
