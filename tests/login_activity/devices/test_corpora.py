"""Kinds, systems and names over corpora of real user agents."""

import pytest
import user_agents
from ua_parser import Domain
from ua_parser.loaders import load_lazy_builtins
from ua_parser.regex import Resolver

from login_activity.devices.agent import Agent
from login_activity.devices.identify import (
    DeviceKind,
    identify,
)

from .agents import rows


@pytest.mark.parametrize(("touch_known", "target"), [(False, 0.99), (True, 0.995)])
def test_kind_and_system_are_right_for_real_life_strings_by_weight(touch_known: bool, target: float) -> None:
    right = total = 0
    for weight, kind, system, touch, user_agent in rows("real_life_user_agents.tsv"):
        device = identify(user_agent, touch_points=int(touch) if touch and touch_known else None)
        total += int(weight)
        right += int(weight) * ((device.kind, device.system) == (kind, system))
    assert right / total >= target


def test_kind_and_system_are_right_for_most_odd_strings() -> None:
    odd = rows("odd_user_agents.tsv")
    wrong = []
    for kind, system, user_agent in odd:
        device = identify(user_agent)
        if (device.kind, device.system) != (kind, system):
            wrong.append((user_agent, device.kind, device.system))
    assert len(odd) >= 150
    assert len(wrong) / len(odd) <= 0.05, wrong


def test_every_string_of_every_kind_is_named_with_model_and_browser() -> None:
    kinds = rows("devices_by_kind.tsv")
    assert {kind for kind, *_ in kinds} == set(DeviceKind.values)
    wrong = []
    for kind, model, browser, user_agent in kinds:
        device = identify(user_agent)
        if (device.kind, device.model, device.browser) != (kind, model, browser):
            wrong.append((user_agent, device.kind, device.model, device.browser))
    assert not wrong


def test_user_agents_reads_the_rust_result_as_it_would_its_own() -> None:
    parse = Resolver(load_lazy_builtins())
    for _, _, _, user_agent in rows("devices_by_kind.tsv")[::4]:
        ours, its_own = Agent(parse(user_agent, Domain.ALL)), user_agents.parse(user_agent)
        for name in ("os", "browser"):
            found, expected = getattr(ours, name), getattr(its_own, name)
            assert (found.family, found.version) == (expected.family, expected.version[:2]), (name, user_agent)
