"""What the demo's people sign in with, and its attackers: strings as browsers send them, with their hints."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DemoDevice:
    user_agent: str
    hints: dict[str, str] = field(default_factory=dict, hash=False)
    touch_points: int | None = None


WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
WINDOWS, MAC, CHROMEBOOK = (
    "Windows NT 10.0; Win64; x64",
    "Macintosh; Intel Mac OS X 10_15_7",
    "X11; CrOS x86_64 14541.0.0",
)


def _chromium(brand: str, version: int, platform: str, platform_version: str, model: str = "") -> dict[str, str]:
    brands = f'"{brand}";v="{version}", "Chromium";v="{version}", "Not;A=Brand";v="99"'
    return {
        "sec-ch-ua": brands,
        "sec-ch-ua-mobile": "?1" if model and "Tab" not in model else "?0",
        "sec-ch-ua-platform": f'"{platform}"',
        "sec-ch-ua-platform-version": f'"{platform_version}"',
        "sec-ch-ua-model": f'"{model}"',
    }


def _chrome(system: str, version: int, platform: str, platform_version: str) -> DemoDevice:
    return DemoDevice(
        f"Mozilla/5.0 ({system}) {WEBKIT} Chrome/{version}.0.0.0 Safari/537.36",
        _chromium("Google Chrome", version, platform, platform_version),
    )


def _edge(version: int, platform_version: str) -> DemoDevice:
    return DemoDevice(
        f"Mozilla/5.0 ({WINDOWS}) {WEBKIT} Chrome/{version}.0.0.0 Safari/537.36 Edg/{version}.0.0.0",
        _chromium("Microsoft Edge", version, "Windows", platform_version),
    )


def _android(version: int, platform_version: str, model: str) -> DemoDevice:
    mobile = "" if "Tab" in model else "Mobile "
    return DemoDevice(
        f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/{version}.0.0.0 {mobile}Safari/537.36",
        _chromium("Google Chrome", version, "Android", platform_version, model),
    )


def _firefox(system: str, version: int) -> DemoDevice:
    return DemoDevice(f"Mozilla/5.0 ({system}; rv:{version}.0) Gecko/20100101 Firefox/{version}.0")


def _safari(version: str, touch_points: int) -> DemoDevice:
    return DemoDevice(
        f"Mozilla/5.0 ({MAC}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{version} Safari/605.1.15",
        touch_points=touch_points,
    )


def _iphone(system: str, version: str) -> DemoDevice:
    return DemoDevice(
        f"Mozilla/5.0 (iPhone; CPU iPhone OS {system} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        f"Version/{version} Mobile/15E148 Safari/604.1",
        touch_points=5,
    )


COMPUTERS = (
    _chrome(WINDOWS, 154, "Windows", "19.0.0"),
    _chrome(WINDOWS, 153, "Windows", "15.0.0"),
    _chrome(WINDOWS, 154, "Windows", "10.0.0"),
    _edge(154, "19.0.0"),
    _edge(153, "10.0.0"),
    _firefox("Windows NT 10.0; Win64; x64", 152),
    _chrome(MAC, 154, "macOS", "26.1.0"),
    _chrome(MAC, 153, "macOS", "15.7.0"),
    _safari("26.1", 0),
    _safari("18.6", 0),
    _firefox("X11; Ubuntu; Linux x86_64", 152),
    _chrome("X11; Linux x86_64", 154, "Linux", "6.14.0"),
    _chrome(CHROMEBOOK, 154, "Chrome OS", "16404.0.0"),
)
PHONES = (
    _iphone("18_7", "26.1"),
    _iphone("18_6", "18.6"),
    _iphone("17_7", "17.7"),
    _android(154, "16.0.0", "Pixel 9"),
    _android(154, "16.0.0", "SM-S936B"),
    _android(153, "15.0.0", "SM-A556E"),
    _android(153, "15.0.0", "CPH2609"),
    _android(152, "14.0.0", "2312DRA50G"),
    DemoDevice("Mozilla/5.0 (Android 15; Mobile; rv:152.0) Gecko/152.0 Firefox/152.0"),
)
TABLETS = (
    _safari("26.1", 5),
    _safari("18.6", 5),
    _android(154, "16.0.0", "Galaxy Tab S9"),
)
ATTACKERS = (
    DemoDevice("python-requests/2.32.5"),
    DemoDevice("Go-http-client/1.1"),
    DemoDevice(f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/131.0.0.0 Safari/537.36"),
    DemoDevice(f"Mozilla/5.0 ({WINDOWS}) {WEBKIT} Chrome/109.0.0.0 Safari/537.36"),
)
BURGLAR = _firefox("X11; Linux x86_64", 128)
