"""User agents, the names of Client Hints, the corpora, and what every device must satisfy."""

from pathlib import Path

from login_activity.devices.identify import (
    FIELD_LIMIT,
    USER_AGENT_LIMIT,
    Device,
)

DATA = Path(__file__).parent.parent / "data"

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
