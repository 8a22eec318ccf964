"""Client Hints: request headers in which Chromium sends what its frozen User-Agent string no longer contains.

They are as easily forged as the string itself, so each is cut, pattern-checked, and only refines what a
person's device can be: no hint turns a bot or an API client into one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .kinds import DeviceKind

# The three that a browser sends only when asked; brands, mobile and platform come unasked.
ACCEPT_CH = "Sec-CH-UA-Platform-Version, Sec-CH-UA-Model, Sec-CH-UA-Full-Version-List, Sec-CH-UA-Form-Factors"

HEADER_LIMIT = 512
_PREFIX = "sec-ch-ua"
_BRAND = re.compile(r'"([^"\\]{1,60})"\s*;\s*v\s*=\s*"(\d{1,6})')
_VERSION = re.compile(r"(\d{1,6})(?:\.(\d{1,6}))?")
# Every list holds "Chromium" and one deliberately odd brand, such as "Not;A=Brand" or "Not_A Brand".
_NO_BRAND = re.compile(r"\W*not.{1,3}a.{1,3}brand|chromium", re.IGNORECASE)
# What is neither a computer nor a phone nor a tablet.
_FORMS = {
    "Automotive": DeviceKind.CAR,
    "XR": DeviceKind.HEADSET,
    "Watch": DeviceKind.WATCH,
    "EInk": DeviceKind.E_READER,
}
_FORM = re.compile(r'"(\w{1,20})"')
_BRAND_NAMES = {"Google Chrome": "Chrome", "Microsoft Edge": "Edge", "YaBrowser": "Yandex Browser"}


@dataclass(frozen=True, slots=True)
class Hints:
    """What the browser sent; "" for each value it did not send."""

    platform: str = ""
    major: str = ""
    minor: str = ""
    model: str = ""
    browser: str = ""
    form: DeviceKind | None = None
    is_tablet: bool | None = None
    is_automated: bool = False


def read_hints(headers: Mapping[str, str]) -> Hints:
    sent = {
        name.lower(): "".join(filter(str.isprintable, value[:HEADER_LIMIT]))
        for name, value in headers.items()
        if isinstance(name, str) and isinstance(value, str) and name[: len(_PREFIX)].lower() == _PREFIX
    }
    if not sent:
        return Hints()
    version = _VERSION.match(_text(sent, "sec-ch-ua-platform-version"))
    brands = _BRAND.findall(sent.get("sec-ch-ua-full-version-list") or sent.get("sec-ch-ua", ""))
    named = [(name, major) for name, major in brands if not _NO_BRAND.match(name)]
    forms = _FORM.findall(sent.get("sec-ch-ua-form-factors", ""))
    return Hints(
        platform=_text(sent, "sec-ch-ua-platform"),
        major=version[1] if version else "",
        minor=version[2] or "" if version else "",
        model=_text(sent, "sec-ch-ua-model"),
        browser=" ".join((_BRAND_NAMES.get(named[0][0], named[0][0]), named[0][1])) if named else "",
        form=next((_FORMS[name] for name in forms if name in _FORMS), None),
        is_tablet=_is_tablet(forms, sent.get("sec-ch-ua-mobile", "")),
        is_automated=any("headless" in name.lower() for name, _ in brands),
    )


def _is_tablet(forms: list[str], mobile: str) -> bool | None:
    if ("Tablet" in forms) is not ("Mobile" in forms):  # a foldable is both
        return "Tablet" in forms
    return {"?0": True, "?1": False}.get(mobile.strip())


def _text(sent: Mapping[str, str], name: str) -> str:
    return sent.get(name, "").strip().strip('"').strip()
