"""The names a person uses for a browser and a system, from what ua-parser found.

A version that browsers have frozen does not describe the device, so it is left out: every Mac since Catalina
sends "10_15_7", every Chrome for Android "10; K", and Windows 11 calls itself 10.
"""

import re

from ua_parser import OS, UserAgent

BROWSERS = {
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chrome Mobile WebView": "Android WebView",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "In-app browser",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Edge Mobile": "Edge",
    "Opera Mobile": "Opera",
    "Google": "Google app",
    "IE": "Internet Explorer",
    "IE Mobile": "Internet Explorer",
    "Apple Mail": "In-app browser",
    "Other": "",
}
SYSTEMS = {
    "Mac OS X": "macOS",
    "Chrome OS": "ChromeOS",
    "Web0S": "webOS",
    "WatchOS": "watchOS",
    "ATV OS X": "tvOS",
    "Roku": "Roku OS",
    "Other": "",
}
_WINDOWS = {"10": "Windows 10 or 11", "NT": "Windows NT 4"}
UNVERSIONED = {"ChromeOS", "Linux"}  # build and kernel numbers mean nothing to a reader

# Since version 26 Safari freezes the system's number at 18.6 or 18.7 and its own number is the system's.
_REAL_IOS = re.compile(r"(?:FBSV|Version)/(\d{2})(?:\.(\d{1,3}))?")
_FROZEN_MAC = ("Mac OS X", "10", "15")
_FROZEN_ANDROID = "Android 10; K)"
_FROZEN_IOS = re.compile(r"OS 18_[67] like")
_TELLS_IOS = ("Version/", "CriOS/", "GSA/", "FBSV/")
_FIRST_FREEZING_SAFARI = 26
_FIRST_IPADOS = 13


def browser_name(found: UserAgent | None) -> str:
    return versioned(BROWSERS.get(found.family, found.family), found.major) if found else ""


def system_name(found: OS | None, user_agent: str) -> str:
    if found is None:
        return ""
    name = SYSTEMS.get(found.family, found.family)
    if name == "iOS":
        return _ios_name(found, user_agent)
    if name == "Windows" and found.major in _WINDOWS:
        return _WINDOWS[found.major]
    frozen = (found.family, found.major, found.minor) == _FROZEN_MAC or _FROZEN_ANDROID in user_agent
    return name if frozen or name in UNVERSIONED else versioned(name, found.major, found.minor)


def _ios_name(found: OS, user_agent: str) -> str:
    major, minor = found.major, found.minor
    real = _REAL_IOS.search(user_agent)
    if real and int(real[1]) >= _FIRST_FREEZING_SAFARI:
        major, minor = real[1], real[2]
    elif _FROZEN_IOS.search(user_agent) and not any(mark in user_agent for mark in _TELLS_IOS):
        major = minor = None
    is_ipad = "iPad" in user_agent or "Macintosh" in user_agent
    modern = major is None or not major.isdecimal() or int(major) >= _FIRST_IPADOS
    return versioned("iPadOS" if is_ipad and modern else "iOS", major, minor)


def versioned(name: str, major: str | None, minor: str | None = None) -> str:
    """'Android', '8', '1' -> 'Android 8.1'; a minor of 0 is not spoken."""
    if not major:
        return name
    return f"{name} {major}.{minor}" if minor and minor.strip("0") else f"{name} {major}"
