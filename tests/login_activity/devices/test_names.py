"""How devices and bots are named, and what their names do not mislead to."""

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from login_activity.devices.identify import (
    DeviceKind,
    identify,
)

from .agents import ANDROID, GOOGLEBOT, IPHONE, LINUX, MAC_CHROME, MAC_SAFARI, WINDOWS


@pytest.mark.parametrize(
    ("user_agent", "label", "browser", "system"),
    [
        (WINDOWS, "Windows PC", "Chrome 129", "Windows 10 or 11"),
        (MAC_SAFARI, "Mac", "Safari 18", "macOS"),
        (IPHONE, "iPhone", "Safari 18", "iOS 18.1"),
        (ANDROID, "Android phone", "Chrome 129", "Android"),
        (ANDROID.replace("10; K", "15; Pixel 9"), "Android phone (Pixel 9)", "Chrome 129", "Android 15"),
        (LINUX, "Linux PC", "Chrome 129", "Linux"),
        ("Mozilla/5.0 (PlayStation 4 3.11) AppleWebKit/537.73", "Game console (PlayStation 4)", "", ""),
        ("Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5",
         "Feature phone (Nokia 8110 4G)", "Firefox 48", "KaiOS 2.5"),
        (GOOGLEBOT, "Bot", "Googlebot 2.1", ""),
        ("curl/8.4.0", "API client", "curl 8", ""),
        ("", "Unknown device", "", ""),
    ],
)  # fmt: skip
def test_a_device_is_named_as_a_person_would(user_agent: str, label: str, browser: str, system: str) -> None:
    device = identify(user_agent)
    assert (device.label, device.browser, device.system) == (label, browser, system)


def test_every_kind_has_an_icon() -> None:
    icons = render_to_string("reports/icons.html")
    assert all(f'id="device-{kind}"' in icons for kind in DeviceKind.values)


def test_touch_points_distinguish_an_ipad_requesting_desktop_pages_from_a_mac() -> None:
    ipad = identify(MAC_SAFARI, touch_points=5)
    assert (ipad.kind, ipad.system) == (DeviceKind.IPAD, "iPadOS 18.1")
    assert identify(MAC_SAFARI, touch_points=0).kind is DeviceKind.MAC
    assert identify(MAC_SAFARI).kind is DeviceKind.MAC
    assert identify(WINDOWS, touch_points=10).kind is DeviceKind.WINDOWS_PC


def test_a_mac_by_its_hints_with_a_touch_screen_is_no_ipad() -> None:
    assert identify(MAC_CHROME, {"Sec-CH-UA-Platform": '"macOS"'}, touch_points=5).kind is DeviceKind.MAC


MODELLED = (
    "Mozilla/5.0 (Linux; Android 11; {}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; U; Android 9; en-us; {} Build/PPR1) AppleWebKit/534.30 Version/4.0 Mobile Safari/534.30",
    "Dalvik/2.1.0 (Linux; U; Android 12; {} Build/SP1A.210812.016)",
)


@pytest.mark.parametrize("template", MODELLED)
@pytest.mark.parametrize(
    "model", ["X-BOT", "SKY BOT 5", "CUBOT X30", "Robot", "Spider One", "Scanner 52", "Monitor", "Checker", "RSS 1"]
)
def test_a_phone_may_be_named_as_a_bot_is(template: str, model: str) -> None:
    device = identify(template.format(model))
    assert device.kind is DeviceKind.ANDROID_PHONE
    assert device.model in model
    assert device.browser.split()[0] in ("Chrome", "Android")


@pytest.mark.parametrize("template", MODELLED)
@pytest.mark.parametrize(
    "model",
    ["Oscar", "Carbon 7", "Glassy", "Echoes", "Nookia 3", "Autobahn", "Quest 402", "KM1069", "HTV31"],
)
def test_common_words_inside_model_names_do_not_change_the_kind(template: str, model: str) -> None:
    assert identify(template.format(model)).kind is DeviceKind.ANDROID_PHONE


@pytest.mark.parametrize(
    "app",
    [
        "WatchTogether/2.1",
        "MyCarApp/4.0",
        "EchoChat/1.0",
        "GlassDoor/9.1",
        "NookNews/3",
        "Robotics/1.0",
        "Botanist/2",
        "Caboto/1",
        "iRobot/5.2",
    ],
)
@pytest.mark.parametrize(("browser", "kind"), [(WINDOWS, DeviceKind.WINDOWS_PC), (IPHONE, DeviceKind.IPHONE)])
def test_app_names_do_not_change_the_kind(app: str, browser: str, kind: DeviceKind) -> None:
    assert identify(f"{browser} {app}").kind is kind


@pytest.mark.parametrize(
    "string",
    [
        "Mozilla/5.0 (compatible; {}/1.2; +https://example.com/bot)",
        "Mozilla/5.0 (compatible; {}/1.2; https://www.example.com/bot.html)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; {}/1.2; +https://example.com/bot)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; {}/1.2; +https://example.com/bot",
        f"{ANDROID.replace('; K', '; Nexus 5X Build/MMB29P')} (compatible; {{}}/1.2; +http://example.com/bot.html)",
        f"{WINDOWS} (compatible; {{}}/1.2; crawler@example.com)",
        f"{MAC_SAFARI} ({{}}/1.2; +http://www.example.com/go/bot)",
        "{}/1.2 (+https://example.com/bot)",
        "{}/1.2.99",
    ],
)
@pytest.mark.parametrize("name", ["GPTBot", "Example-User", "our-crawler", "Some Robot Spider", "Examplebot-News"])
def test_a_bot_is_named_with_its_version_whatever_it_imitates(string: str, name: str) -> None:
    device = identify(string.format(name))
    assert (device.kind, device.browser, device.system) == (DeviceKind.BOT, f"{name} 1.2", "")


@pytest.mark.parametrize(
    ("user_agent", "browser"),
    [
        ("Mozilla/5.0 (compatible; +http://www.example.com/bot)", "example.com"),
        ("Mozilla/5.0 (compatible; bot; +http://example.com/)", "example.com"),
        (f"{WINDOWS} (+https://example.com/bot)", "example.com"),
        (LINUX.replace("Chrome/", "HeadlessChrome/"), "HeadlessChrome 129"),
    ],
)
def test_a_bot_without_a_name_is_named_by_its_url(user_agent: str, browser: str) -> None:
    assert (identify(user_agent).kind, identify(user_agent).browser) == (DeviceKind.BOT, browser)


@given(st.text(max_size=200))
def test_no_bot_is_shown_without_a_name(text: str) -> None:
    device = identify(f"Mozilla/5.0 (compatible; {text}; +https://example.com/bot)")
    assert device.kind is not DeviceKind.BOT or (device.browser and "example.com/" not in device.browser)
