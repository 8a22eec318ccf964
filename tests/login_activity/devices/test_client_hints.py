"""Client Hints: what they add, and what they do not change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from login_activity.devices.identify import (
    ACCEPT_CH,
    DeviceKind,
    identify,
)

from .agents import ANDROID, GOOGLEBOT, HINT_NAMES, IPHONE, LINUX, WINDOWS


@pytest.mark.parametrize(
    ("version", "system"),
    [
        ("15.0.0", "Windows 11"),
        ("13.0.0", "Windows 11"),
        ("10.0.0", "Windows 10"),
        ("1.0.0", "Windows 10"),
        ("0.3.0", "Windows 8.1"),
        ("0.1.0", "Windows 7"),
        ("", "Windows 10 or 11"),
        ("nonsense", "Windows 10 or 11"),
    ],
)
def test_the_platform_version_distinguishes_windows_11_from_10(version: str, system: str) -> None:
    hints = {"Sec-CH-UA-Platform": '"Windows"', "Sec-CH-UA-Platform-Version": f'"{version}"'}
    assert identify(WINDOWS, hints).system == system


def test_hints_give_the_model_and_version_that_android_hides() -> None:
    hints = {
        "sec-ch-ua-platform": '"Android"',
        "SEC-CH-UA-PLATFORM-VERSION": '"15.0.0"',
        "Sec-CH-UA-Model": '"Pixel 9"',
        "Sec-CH-UA-Mobile": "?1",
    }
    device = identify(ANDROID, hints)
    assert (device.label, device.system) == ("Android phone (Pixel 9)", "Android 15")


@pytest.mark.parametrize(
    ("hints", "kind"),
    [
        ({"Sec-CH-UA-Mobile": "?0"}, DeviceKind.ANDROID_TABLET),
        ({"Sec-CH-UA-Mobile": "?1"}, DeviceKind.ANDROID_PHONE),
        ({"Sec-CH-UA-Mobile": "?1", "Sec-CH-UA-Model": '"SM-X910"'}, DeviceKind.ANDROID_TABLET),
        ({"Sec-CH-UA-Mobile": "?0", "Sec-CH-UA-Form-Factors": '"Mobile"'}, DeviceKind.ANDROID_PHONE),
        ({"Sec-CH-UA-Mobile": "?0", "Sec-CH-UA-Form-Factors": '"Desktop"'}, DeviceKind.ANDROID_TABLET),
        ({"Sec-CH-UA-Mobile": "?1", "Sec-CH-UA-Form-Factors": '"Tablet", "Mobile"'}, DeviceKind.ANDROID_PHONE),
        ({"Sec-CH-UA-Mobile": "?0", "Sec-CH-UA-Form-Factors": '"Tablet", "Mobile"'}, DeviceKind.ANDROID_TABLET),
        ({}, DeviceKind.ANDROID_PHONE),
    ],
)
def test_hints_distinguish_an_android_tablet_from_a_phone(hints: dict[str, str], kind: DeviceKind) -> None:
    assert identify(ANDROID, {"Sec-CH-UA-Platform": '"Android"', **hints}).kind is kind


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ('"Automotive"', DeviceKind.CAR),
        ('"XR"', DeviceKind.HEADSET),
        ('"Watch"', DeviceKind.WATCH),
        ('"EInk"', DeviceKind.E_READER),
        ('"Tablet", "EInk"', DeviceKind.E_READER),
        ('"XR", "Mobile"', DeviceKind.HEADSET),
    ],
)
@pytest.mark.parametrize("user_agent", [ANDROID, ANDROID.replace(" Mobile", ""), LINUX, WINDOWS])
@pytest.mark.parametrize("platform", [{}, {"Sec-CH-UA-Platform": '"Android"'}])
def test_the_form_factor_hint_outweighs_borrowed_names(
    form: str, kind: DeviceKind, user_agent: str, platform: dict[str, str]
) -> None:
    hints = {"Sec-CH-UA-Form-Factors": form, "Sec-CH-UA-Mobile": "?1", "Sec-CH-UA-Model": '"Model 7"', **platform}
    device = identify(user_agent, hints)
    assert (device.kind, device.model) == (kind, "Model 7")


@pytest.mark.parametrize("form", ['"Desktop"', '"Tablet"', '"Mobile"', '"Fridge"', "XR", ""])
def test_other_form_factors_leave_a_pc_a_pc(form: str) -> None:
    hints = {"Sec-CH-UA-Platform": '"Windows"', "Sec-CH-UA-Form-Factors": form}
    assert identify(WINDOWS, hints).kind is DeviceKind.WINDOWS_PC


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("Pixel 9", DeviceKind.ANDROID_PHONE),
        ("Pixel Tablet", DeviceKind.ANDROID_TABLET),
        ("SM-R960", DeviceKind.WATCH),
        ("Quest 3", DeviceKind.HEADSET),
        ("Polestar 2", DeviceKind.CAR),
        ("BOOX Note Air 2", DeviceKind.E_READER),
        ("AEOHY", DeviceKind.SMART_SPEAKER),
        ("AFTKA", DeviceKind.SMART_TV),
        ("X-BOT", DeviceKind.ANDROID_PHONE),
    ],
)
def test_a_hinted_model_is_read_as_one_in_the_string_is(model: str, kind: DeviceKind) -> None:
    hints = {"Sec-CH-UA-Platform": '"Android"', "Sec-CH-UA-Mobile": "?1", "Sec-CH-UA-Model": f'"{model}"'}
    assert identify(ANDROID, hints).kind is kind


@pytest.mark.parametrize("odd_one", ["Not=A?Brand", " Not A;Brand", "Not_A Brand", "Not/A)Brand"])
def test_the_brand_names_a_browser_that_calls_itself_chrome(odd_one: str) -> None:
    brands = f'"{odd_one}";v="8.0.0.0", "Chromium";v="129.0.6668.71", "Brave";v="129.0.0.0"'
    hints = {"Sec-CH-UA-Platform": '"Linux"', "Sec-CH-UA-Full-Version-List": brands}
    device = identify(LINUX, hints)
    assert (device.browser, device.system) == ("Brave 129", "Linux")


@given(st.text(max_size=20), st.sampled_from(["Sec-CH-UA", "Sec-CH-UA-Platform", "Sec-CH-UA-Model"]))
def test_what_hints_say_is_printable(text: str, header: str) -> None:
    value = f'"\0{text}";v="129"' if header == "Sec-CH-UA" else f'"{text}\0"'
    device = identify(ANDROID, {"Sec-CH-UA-Platform": '"Android"', header: value})
    assert all(text.isprintable() for text in (device.label, device.browser, device.system))


def test_the_platform_hint_wins_over_a_borrowed_string() -> None:
    assert identify(IPHONE, {"Sec-CH-UA-Platform": '"Linux"'}).kind is DeviceKind.LINUX_PC
    assert identify(LINUX, {"Sec-CH-UA-Platform": '"Chrome OS"'}).kind is DeviceKind.CHROMEBOOK


def test_a_headless_brand_gives_a_bot_away() -> None:
    hints = {"Sec-CH-UA": '"HeadlessChrome";v="129"'}
    assert (identify(WINDOWS, hints).kind, identify(WINDOWS, hints).browser) == (DeviceKind.BOT, "HeadlessChrome 129")
    assert identify(GOOGLEBOT, hints).browser == "Googlebot 2.1"


@pytest.mark.parametrize("user_agent", [GOOGLEBOT, "curl/8.4.0", "Mozilla/5.0 (PlayStation 4 3.11)", ""])
def test_hints_leave_bots_and_tools_what_they_are(user_agent: str) -> None:
    hints = {
        "Sec-CH-UA-Platform": '"Windows"',
        "Sec-CH-UA-Platform-Version": '"15.0.0"',
        "Sec-CH-UA-Model": '"x"',
    }
    assert identify(user_agent, hints) == identify(user_agent)


def test_the_browser_is_asked_for_every_hint_that_it_does_not_send_unasked() -> None:
    unasked = {"Sec-CH-UA", "Sec-CH-UA-Mobile", "Sec-CH-UA-Platform"}
    assert set(ACCEPT_CH.split(", ")) == set(HINT_NAMES) - unasked
