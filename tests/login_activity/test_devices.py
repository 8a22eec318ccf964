from dataclasses import replace
from pathlib import Path

import pytest
import user_agents
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st
from ua_parser import Domain
from ua_parser.loaders import load_lazy_builtins
from ua_parser.regex import Resolver

from login_activity.devices.agent import Agent
from login_activity.devices.identify import (
    ACCEPT_CH,
    FIELD_LIMIT,
    USER_AGENT_LIMIT,
    Device,
    DeviceKind,
    identify,
)

DATA = Path(__file__).parent / "data"

CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0"
WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36"
ANDROID = f"Mozilla/5.0 (Linux; Android 10; K) {CHROME} Mobile Safari/537.36"
LINUX = f"Mozilla/5.0 (X11; Linux x86_64) {CHROME} Safari/537.36"
MAC_CHROME = f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {CHROME} Safari/537.36"
MAC_SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Safari/605.1.15"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"

HINT_NAMES = (
    "Sec-CH-UA",
    "Sec-CH-UA-Platform",
    "Sec-CH-UA-Platform-Version",
    "Sec-CH-UA-Model",
    "Sec-CH-UA-Mobile",
    "Sec-CH-UA-Full-Version-List",
    "Sec-CH-UA-Form-Factors",
)


def rows(name: str) -> list[list[str]]:
    return [line.split("\t") for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def assert_bounded(device: Device) -> None:
    for text in (device.model, device.browser, device.system):
        assert len(text) <= FIELD_LIMIT
        assert text.isprintable()
    assert len(device.user_agent) <= USER_AGENT_LIMIT
    assert device.user_agent.isprintable()
    device.user_agent.encode()  # a lone surrogate would raise


# Corpora


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


# What a person reads


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


# Models, bots and everyday words

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


# Client Hints


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


# Hostile input


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
