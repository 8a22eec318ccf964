"""Long, odd and forged strings: nothing raises, and every field stays bounded."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from login_activity.devices.identify import (
    USER_AGENT_LIMIT,
    DeviceKind,
    identify,
)

from .agents import ANDROID, GOOGLEBOT, HINT_NAMES, IPHONE, LINUX, MAC_CHROME, WINDOWS, assert_bounded


def test_a_long_string_is_cut_before_it_is_parsed() -> None:
    device = identify(WINDOWS + "x" * 65_536)
    assert device.user_agent_cut
    assert device.user_agent == (WINDOWS + "x" * USER_AGENT_LIMIT)[:USER_AGENT_LIMIT]
    assert device.kind is DeviceKind.WINDOWS_PC
    assert not identify("x" * USER_AGENT_LIMIT).user_agent_cut


@pytest.mark.parametrize(
    "piece", ["Mozilla/5.0 (", "Android 10; ", "Mobile Safari/", ";" * 8, "\N{GRINNING FACE}", "1."]
)
def test_of_64_kb_only_the_beginning_is_parsed(piece: str) -> None:
    endless = (piece * 65_536)[:65_536]
    device = identify(endless)
    assert_bounded(device)
    assert device == replace(identify(endless[:USER_AGENT_LIMIT]), user_agent_cut=True)


def test_characters_that_postgresql_refuses_or_that_deceive_readers_are_removed() -> None:
    assert identify("curl\x00/8.4.0\r\n\ud800\N{RIGHT-TO-LEFT OVERRIDE}").user_agent == "curl/8.4.0"


@given(user_agent=st.text(max_size=1500), touch_points=st.none() | st.integers())
def test_identify_never_raises_and_stays_bounded(user_agent: str, touch_points: int | None) -> None:
    assert_bounded(identify(user_agent, touch_points=touch_points))


@given(
    parts=st.lists(
        st.sampled_from(
            ["Mozilla/5.0 (", "Macintosh; ", "iPhone OS 18_7 like", "Android ", "10; K)", "Windows NT ",
             "X11; ", "Version/", "; ", "Quest ", "Nintendo ", "Lumia ", "OpenHarmony ",
             "99999999999999999999", "\u0663\u0664", "\x00", "bot", "Tizen", " Build/"]
        )
        | st.text(max_size=80),
        max_size=14,
    )
)  # fmt: skip
def test_strings_that_resemble_devices_stay_bounded(parts: list[str]) -> None:
    assert_bounded(identify("".join(parts), touch_points=5))


@given(
    user_agent=st.sampled_from([WINDOWS, ANDROID, MAC_CHROME, LINUX, IPHONE, GOOGLEBOT]),
    platform=st.sampled_from(['"Windows"', '"Android"', '"macOS"', '"Linux"', '"Chrome OS"']) | st.text(max_size=200),
    others=st.dictionaries(st.sampled_from(HINT_NAMES) | st.text(max_size=30), st.text(max_size=2000)),
)
def test_forged_hints_stay_bounded(user_agent: str, platform: str, others: dict[str, str]) -> None:
    assert_bounded(identify(user_agent, others | {"Sec-CH-UA-Platform": platform}))
