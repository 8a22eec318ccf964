"""Each rule by its own cases, which stand in its file."""

from __future__ import annotations

import pytest
from django.utils import timezone

from wisely_security.findings.engine.trial import find
from wisely_security.findings.rules import RULES
from wisely_security.findings.rules.rule import Case, Rule

CASES = [(rule, case) for rule in RULES.values() for case in rule.cases]


@pytest.mark.parametrize(("rule", "case"), CASES, ids=lambda it: it.key if isinstance(it, Rule) else it.name)
def test_a_rule_finds_what_its_cases_say(rule: Rule, case: Case) -> None:
    with timezone.override("UTC"):
        found = find(case.observations, {rule.key: {**rule.defaults, **case.limits}})
        assert [rule.sentence(incident.details) for incident in found] == list(case.finds)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.key)
def test_a_rule_has_cases_of_both_kinds_and_says_what_to_do(rule: Rule) -> None:
    assert any(case.finds for case in rule.cases)
    assert any(not case.finds for case in rule.cases)
    assert rule.next_steps
    assert rule.thresholds
    for threshold in rule.thresholds:
        assert threshold.minimum <= threshold.default <= threshold.maximum
