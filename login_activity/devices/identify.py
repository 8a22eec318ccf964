"""Which device a request comes from, as a person would name it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from ua_parser import Domain, PartialResult
from ua_parser.loaders import load_lazy_builtins
from ua_parser.regex import Resolver

from .agent import Agent
from .hints import ACCEPT_CH, Hints, read_hints
from .kinds import DeviceKind
from .names import browser_name, system_name, versioned
from .programs import bot_name, client_name
from .rules import BELIEVED, BORROWED, DEVICES, PROGRAMS, Match

__all__ = ["ACCEPT_CH", "FIELD_LIMIT", "USER_AGENT_LIMIT", "Device", "DeviceKind", "identify", "warm_up"]

USER_AGENT_LIMIT = 512
FIELD_LIMIT = 60
CACHED_STRINGS = 2048  # at most 6 MB, when every string is hostile

_PLATFORM_KINDS = {
    "Windows": DeviceKind.WINDOWS_PC,
    "macOS": DeviceKind.MAC,
    "Chrome OS": DeviceKind.CHROMEBOOK,
    "Chromium OS": DeviceKind.CHROMEBOOK,
    "Android": DeviceKind.ANDROID_PHONE,
    "Linux": DeviceKind.LINUX_PC,
}
_ANDROID = frozenset({DeviceKind.ANDROID_PHONE, DeviceKind.ANDROID_TABLET})
_REFINED_BY_HINTS = frozenset(_PLATFORM_KINDS.values()) | _ANDROID | {DeviceKind.IPHONE, DeviceKind.IPAD}
_COMPUTERS = frozenset(_PLATFORM_KINDS.values()) - _ANDROID
_MODELLED = _ANDROID | {
    DeviceKind.FEATURE_PHONE,
    DeviceKind.WATCH,
    DeviceKind.HEADSET,
    DeviceKind.CAR,
    DeviceKind.E_READER,
    DeviceKind.SMART_SPEAKER,
}
_RUNS_ANDROID = _MODELLED - {DeviceKind.FEATURE_PHONE} | {DeviceKind.SMART_TV, DeviceKind.GAME_CONSOLE}

_ANDROID_MODEL = re.compile(r"Android [\w.]+; (?:[a-z]{2}[-_][A-Za-z]{2}; )?([^;()/]+)(?= Build/|[;)])")
_BOT_IN_A_WORD = re.compile(r"\w*(?:bot[a-rt-z]|irobot)\w*", re.IGNORECASE)
_SAFARI_VERSION = re.compile(r"Version/(\d{2})\.(\d{1,3})")
_WINDOWS_BEFORE_10 = {"1": "Windows 7", "2": "Windows 8", "3": "Windows 8.1"}
_FIRST_WINDOWS_11 = 13


@dataclass(frozen=True, slots=True)
class Device:
    """Every text is printable and bounded: `user_agent` by USER_AGENT_LIMIT, the others by FIELD_LIMIT."""

    kind: DeviceKind
    model: str
    browser: str
    system: str
    user_agent: str
    user_agent_cut: bool

    @property
    def label(self) -> str:
        return f"{self.kind.label} ({self.model})" if self.model else str(self.kind.label)

    @property
    def software(self) -> str:
        return " · ".join(filter(None, [self.browser, self.system]))


def identify(user_agent: str, hints: Mapping[str, str] = {}, touch_points: int | None = None) -> Device:
    """Never raises, whatever a client sends.

    `hints` are request headers by their usual names in any case; `touch_points` is navigator.maxTouchPoints,
    the only difference between an iPad that asks for desktop pages and a Mac.
    """
    text, cut = _stored(user_agent)
    device = replace(_read(text), user_agent_cut=True) if cut else _read(text)
    hinted = read_hints(hints)
    if hinted.platform or hinted.form or hinted.is_automated:
        return _refined(device, hinted)
    if touch_points and touch_points > 1 and device.kind is DeviceKind.MAC and "Macintosh" in text:
        return _as_ipad(device)
    return device


def warm_up() -> None:
    """Loads the parser's tables, which the first lookup of a process otherwise waits for."""
    identify("Mozilla/5.0")


def _stored(user_agent: object) -> tuple[str, bool]:
    """What is kept of the header, and whether it was cut. Unprintable characters go: NUL and lone surrogates
    are refused by PostgreSQL, line breaks and direction marks would disguise the string to its reader."""
    if not isinstance(user_agent, str):
        return "", False
    text = user_agent[:USER_AGENT_LIMIT]
    if not text.isprintable():
        text = "".join(character for character in text if character.isprintable())
    return text, len(user_agent) > USER_AGENT_LIMIT


@lru_cache(maxsize=1)
def _parser() -> Resolver:
    return Resolver(load_lazy_builtins())


@lru_cache(maxsize=CACHED_STRINGS)
def _read(user_agent: str) -> Device:
    parsed = _parser()(user_agent, Domain.ALL)
    agent = Agent(parsed)
    match = _match(user_agent, agent)
    kind = match.kind if match else agent.kind
    model = match.model if match else ""
    system = system_name(parsed.os, user_agent)
    if match and match.system != BELIEVED:
        system = "" if match.system == BORROWED else match.system
    if kind in _MODELLED and not model:
        model = agent.model if kind in _ANDROID else agent.name
    if kind is DeviceKind.FEATURE_PHONE:
        model = model.replace("_", " ")
    return Device(
        kind=kind,
        model=model.strip()[:FIELD_LIMIT],
        browser=_browser(kind, parsed)[:FIELD_LIMIT],
        system=system[:FIELD_LIMIT],
        user_agent=user_agent,
        user_agent_cut=False,
    )


def _match(user_agent: str, agent: Agent) -> Match | None:
    program = PROGRAMS.match(_without_model(user_agent)[0])
    if program is None and _is_bot(agent):
        return Match(DeviceKind.BOT, "", BORROWED)
    return program or DEVICES.match(user_agent)


def _is_bot(agent: Agent) -> bool:
    """Not by a part of a word or a maker's name alone: "Robotics", "Botanist", "iRobot"."""
    if not agent.is_bot:
        return False
    rest, words = _BOT_IN_A_WORD.subn("", agent.ua_string)
    return not words or bool(Agent(_parser()(rest, Domain.ALL)).is_bot)


def _browser(kind: DeviceKind, parsed: PartialResult) -> str:
    if kind is DeviceKind.BOT:
        return bot_name(parsed)
    if kind is DeviceKind.API_CLIENT:
        return client_name(parsed)
    found = parsed.user_agent
    if found and kind in _ANDROID:
        rest, model = _without_model(parsed.string)
        if found.family in model:  # which was taken for a browser
            found = _parser()(rest, Domain.USER_AGENT).user_agent
    return browser_name(found)


def _without_model(user_agent: str) -> tuple[str, str]:
    """The rest and the model: an Android device may be named as a bot is, "X-BOT" or "Spider"."""
    model = _ANDROID_MODEL.search(user_agent)
    if model is None:
        return user_agent, ""
    return user_agent[: model.start(1)] + user_agent[model.end(1) :], model[1]


def _as_ipad(device: Device) -> Device:
    version = _SAFARI_VERSION.search(device.user_agent)  # Safari's version is the system's
    system = versioned("iPadOS", version[1], version[2]) if version else "iPadOS"
    return replace(device, kind=DeviceKind.IPAD, system=system)


def _refined(device: Device, hinted: Hints) -> Device:
    if hinted.is_automated and device.kind is not DeviceKind.BOT:
        return replace(device, kind=DeviceKind.BOT, model="", system="", browser=hinted.browser[:FIELD_LIMIT])
    if device.kind not in _REFINED_BY_HINTS or not (hinted.form or hinted.platform in _PLATFORM_KINDS):
        return device
    kind = hinted.form or _PLATFORM_KINDS[hinted.platform]
    if kind is DeviceKind.ANDROID_PHONE:
        kind = _android_kind(device, hinted)
    system = _hinted_system(hinted)
    if not system or (kind is device.kind and " " not in system):  # the string knew more: a version, a distribution
        system = device.system
    named_by_string = device.browser and not device.browser.startswith(("Chrome", "Chromium"))
    return replace(
        device,
        kind=kind,
        model=(hinted.model or device.model)[:FIELD_LIMIT] if kind not in _COMPUTERS else "",
        browser=device.browser if named_by_string or not hinted.browser else hinted.browser[:FIELD_LIMIT],
        system=system[:FIELD_LIMIT],
    )


def _android_kind(device: Device, hinted: Hints) -> DeviceKind:
    """By the model, which the same rules know as in a string; then by the form, then by the string."""
    match = DEVICES.match(f"Mozilla/5.0 (Linux; Android 10; {hinted.model})") if hinted.model else None
    if match and match.kind in _RUNS_ANDROID:
        return match.kind
    if hinted.is_tablet is None:
        return device.kind if device.kind in _ANDROID else DeviceKind.ANDROID_PHONE
    return DeviceKind.ANDROID_TABLET if hinted.is_tablet else DeviceKind.ANDROID_PHONE


def _hinted_system(hinted: Hints) -> str:
    """Windows counts in hints by a scale of its own: 0.1 to 0.3 are 7 to 8.1, 1 to 10 are 10, 13 is 11."""
    if hinted.platform == "Windows":
        if not hinted.major:
            return "Windows"
        if hinted.major == "0":
            return _WINDOWS_BEFORE_10.get(hinted.minor, "Windows")
        return "Windows 11" if int(hinted.major) >= _FIRST_WINDOWS_11 else "Windows 10"
    if hinted.platform in ("Chrome OS", "Chromium OS"):
        return "ChromeOS"
    if hinted.platform == "Linux":
        return "Linux"
    return versioned(hinted.platform, hinted.major, hinted.minor) if hinted.platform in _PLATFORM_KINDS else ""
