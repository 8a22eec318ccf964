"""Which device a request comes from, in the words a person would use."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from ua_parser import Domain, PartialResult
from ua_parser.loaders import load_lazy_builtins
from ua_parser.regex import Resolver

from . import device_rules
from .device_hints import ACCEPT_CH, Hints, read_hints
from .device_names import browser_name, system_name, versioned
from .device_rules import BELIEVED, BORROWED, DeviceKind

__all__ = ["ACCEPT_CH", "FIELD_LIMIT", "USER_AGENT_LIMIT", "Device", "DeviceKind", "identify", "warm_up"]

USER_AGENT_LIMIT = 512
FIELD_LIMIT = 60
CACHED_STRINGS = 2048  # at most 6 MB, when every string is hostile

_SYSTEM_KINDS = {
    "Windows": DeviceKind.WINDOWS_PC,
    "Mac OS X": DeviceKind.MAC,
    "Mac OS": DeviceKind.MAC,
    "Chrome OS": DeviceKind.CHROMEBOOK,
    "Linux": DeviceKind.LINUX_PC,
}
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

# Makers' names of tablets that also say "Mobile", or that an app names without saying either.
_TABLET = re.compile(
    r"\bSM-[TXP]\d|\bGT-(?:P|N[58])\d|\bNexus (?:7|9|10)\b|Tablet|(?<!cool)(?<!phone)(?:pad|tab)(?:\d|_|\b)"
    r"|\bTB-?\w?\d{3}|\b(?:AGS|BAH|BTK|BTV|CMR|DBY|JDN|KOB|MRX|SCM|SHT|WGR)\d?-",
    re.IGNORECASE,
)
_SAFARI_VERSION = re.compile(r"Version/(\d{2})\.(\d{1,3})")
_PROGRAM = re.compile(r"[A-Za-z][\w.!+-]*(?: [\w.+-]+)?/v?\d")
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


def identify(user_agent: str, hints: Mapping[str, str] = {}, touch_points: int | None = None) -> Device:
    """Never raises, whatever a client sends.

    `hints` are request headers by their usual names in any case; `touch_points` is navigator.maxTouchPoints,
    the only thing that tells an iPad asking for desktop pages from a Mac.
    """
    text, cut = _stored(user_agent)
    device = replace(_read(text), user_agent_cut=True) if cut else _read(text)
    said = read_hints(hints)
    if said.platform or said.is_automated:
        return _refined(device, said)
    if touch_points and touch_points > 1 and device.kind is DeviceKind.MAC and "Macintosh" in text:
        return _as_ipad(device)
    return device


def warm_up() -> None:
    """Loads the parser's tables, which the first look-up of a process otherwise waits for."""
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
    system = system_name(parsed.os, user_agent)
    match = device_rules.match(user_agent)
    if match:
        kind, model = match.kind, match.model
        if match.system != BELIEVED:
            system = "" if match.system == BORROWED else match.system
    else:
        kind, model = _kind_of_system(parsed, user_agent), ""
    if kind in _ANDROID and not model:
        model = _android_model(parsed)
    return Device(
        kind=kind,
        model=model.strip()[:FIELD_LIMIT],
        browser=browser_name(parsed.user_agent)[:FIELD_LIMIT],
        system=system[:FIELD_LIMIT],
        user_agent=user_agent,
        user_agent_cut=False,
    )


def _kind_of_system(parsed: PartialResult, user_agent: str) -> DeviceKind:
    family = parsed.os.family if parsed.os else ""
    is_browser = user_agent.startswith(("Mozilla/", "Opera/"))
    if family == "iOS":
        return DeviceKind.IPAD if "iPad" in user_agent or "Macintosh" in user_agent else DeviceKind.IPHONE
    if family == "Android":
        if _TABLET.search(user_agent):
            return DeviceKind.ANDROID_TABLET
        is_phone = "Mobi" in user_agent or "Safari" not in user_agent or not is_browser
        return DeviceKind.ANDROID_PHONE if is_phone else DeviceKind.ANDROID_TABLET
    if family in _SYSTEM_KINDS:
        return _SYSTEM_KINDS[family]
    if "Linux" in user_agent:
        return DeviceKind.LINUX_PC
    if "(compatible; " in user_agent:
        return DeviceKind.BOT  # browsers that are "compatible" name their system; robots name only themselves
    if not is_browser and _PROGRAM.match(user_agent):
        return DeviceKind.API_CLIENT
    return DeviceKind.UNKNOWN


def _android_model(parsed: PartialResult) -> str:
    found = parsed.device
    if found is None or found.model in (None, "K"):  # "K" is what Chrome sends in place of a model
        return ""
    return "" if found.family.startswith("Generic") or "Browser" in found.family else found.model


def _as_ipad(device: Device) -> Device:
    version = _SAFARI_VERSION.search(device.user_agent)  # Safari's version is the system's
    system = versioned("iPadOS", version[1], version[2]) if version else "iPadOS"
    return replace(device, kind=DeviceKind.IPAD, system=system)


def _refined(device: Device, said: Hints) -> Device:
    if said.is_automated:
        return replace(device, kind=DeviceKind.BOT, model="", system="")
    if device.kind not in _REFINED_BY_HINTS or said.platform not in _PLATFORM_KINDS:
        return device
    kind = _PLATFORM_KINDS[said.platform]
    if kind is DeviceKind.ANDROID_PHONE:
        kind = _android_kind(device, said)
    system = _hinted_system(said)
    if kind is device.kind and " " not in system:  # the string knew more: a version, a distribution
        system = device.system
    named_by_string = device.browser and not device.browser.startswith(("Chrome", "Chromium"))
    return replace(
        device,
        kind=kind,
        model=(said.model or device.model)[:FIELD_LIMIT] if kind in _ANDROID else "",
        browser=device.browser if named_by_string or not said.browser else said.browser[:FIELD_LIMIT],
        system=system[:FIELD_LIMIT],
    )


def _android_kind(device: Device, said: Hints) -> DeviceKind:
    if _TABLET.search(said.model):
        return DeviceKind.ANDROID_TABLET
    if said.is_tablet is None:
        return device.kind if device.kind in _ANDROID else DeviceKind.ANDROID_PHONE
    return DeviceKind.ANDROID_TABLET if said.is_tablet else DeviceKind.ANDROID_PHONE


def _hinted_system(said: Hints) -> str:
    """Windows counts in hints by a scale of its own: 0.1 to 0.3 are 7 to 8.1, 1 to 10 are 10, 13 is 11."""
    if said.platform == "Windows":
        if not said.major:
            return "Windows"
        if said.major == "0":
            return _WINDOWS_BEFORE_10.get(said.minor, "Windows")
        return "Windows 11" if int(said.major) >= _FIRST_WINDOWS_11 else "Windows 10"
    if said.platform in ("Chrome OS", "Chromium OS"):
        return "ChromeOS"
    if said.platform == "Linux":
        return "Linux"
    return versioned(said.platform, said.major, said.minor)
