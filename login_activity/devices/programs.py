"""What a bot or an API client calls itself.

Their strings name much else: browsers that they imitate, systems, addresses for complaints. ua-parser takes some of
those for the name ("com/bot"), so the name of a bot is read here: what is left when all that is taken away.
"""

import re

from ua_parser import PartialResult

from .names import browser_name, versioned

_ADDRESS = re.compile(
    r"(?:https?:?//|www\.|mailto:)[^\s;,()\]]*|[\w.+-]+@[\w.-]+|[\w.+-]+\(at\)[\w.-]+|\+[\w-]+(?:\.[\w-]+)+[^\s;,)]*"
    r"|(?<![\w.])[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/[^\s;,)]*"
)
_IMITATED = re.compile(
    r"(?<![\w-])(?:Mozilla|AppleWebKit|WebKit|KHTML|Gecko|Chrome|Chromium|Safari|Version|Mobile|Firefox|Trident|MSIE"
    r"|Edge?|Edg|OPR|Opera|Presto|Silk|CriOS|FxiOS|SamsungBrowser|rv|like|compatible|via|Dalvik|libcurl|libwww-perl)"
    r"(?:[/: ]v?[\d.+]+\w*)?(?![\w-])"
)
_PLATFORM = re.compile(
    r"(?:Windows|Win ?\d+|Macintosh|Mac ?OS|Intel|PPC|X11|Linux|Ubuntu|Fedora|Debian|CentOS|CrOS|Android|iPhone|iPad"
    r"|iOS|CPU|Unknown|Touch|Tablet|Wayland|WOW64|x64|x86|x86_64|i\d86|arm\w*|amd64|U|I|K|N|wv|\.NET|SV1|SLCC\d"
    r"|[a-z]{2}(?:[-_][A-Za-z]{2})?)(?:[ /_.].*)?$|.*Build/"
)
_ROBOTIC = re.compile(
    r"bot|crawl|spider|slurp|scrap|fetch|preview|agent|scan|monitor|check|proxy|archiv|external|inspect|headless|-user|google|feed|rss"
    r"|phantom|playwright|lighthouse|uptime|valid|verif|selenium|puppeteer|act\b|mariner|nikto",
    re.IGNORECASE,
)
_PRODUCT = re.compile(r"([^\s/](?:[^/]*?[^\s/])?)(?:[/ :]?[/ ]v?(\d{1,9})(?:\.(\d{1,9}))?(?![a-z]{2}).*|/.*)?$")
_HOST = re.compile(r"(?://|www\.|@|\+)(?:www\.)?([\w-]+(?:\.[\w-]+)+)")


def bot_name(parsed: PartialResult) -> str:
    """With its version: "GPTBot 1.2". At worst the host that it gives for complaints, or the browser it imitates."""
    name = own_name(parsed.string)
    if name:
        return name
    host = _HOST.search(parsed.string)
    return host[1] if host else browser_name(parsed.user_agent) or parsed.string.strip()


def client_name(parsed: PartialResult) -> str:
    known = browser_name(parsed.user_agent)
    return known if known and "/" not in known else own_name(parsed.string)


def own_name(user_agent: str) -> str:
    names = [name for name in _names(_ADDRESS.sub(" ", user_agent)) if any(map(str.isalpha, name))]
    named = next(filter(_ROBOTIC.search, names), None) or next((name for name in names if "/" in name), None)
    found = _PRODUCT.match(named or (names[0] if names else ""))
    return versioned(found[1].strip(" -_:'\""), found[2], found[3]) if found else ""


def _names(text: str) -> list[str]:
    """What stands between brackets, semicolons and commas, without what every browser says too."""
    names, behind_android = [], False
    for piece in re.split(r"[;,()\[\]]", text):
        name = " ".join(_IMITATED.sub(" ", piece).split()).strip(" +-/|:.")
        if (
            len(name) > 1
            and name.lower() not in ("bot", "crawler", "spider")
            and not behind_android
            and not _PLATFORM.match(name)
        ):
            names.append(name)
        behind_android = piece.lstrip().startswith("Android ")
    return names
