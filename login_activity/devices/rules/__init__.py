"""What kind of device a User-Agent string comes from, where its system alone would mislead: ordered tables.

A thing that is none of the kinds (a music player, a tablet of a forgotten system) is an "Unknown device" whose
model says what it is; nothing is pressed into a kind that it is not.
"""

from login_activity.devices.kinds import DeviceKind

from .phones import ANDROID_PHONES, ANDROID_TABLETS, FEATURE_PHONES, NAMED_FEATURE_PHONES, OTHER_PHONES
from .programs import PROGRAMS
from .rule import BELIEVED, BORROWED, Match, Rule, RuleTable
from .screens import CONSOLES, SCREENS
from .things import CARS, E_READERS, HEADSETS, SPEAKERS, WATCHES

__all__ = ["BELIEVED", "BORROWED", "DEVICES", "PROGRAMS", "Match"]

APPLE = (
    Rule(DeviceKind.MAC, r"CFNetwork/[\d.]+ Darwin/.*(?:x86_64|i386|Mac)", system="macOS"),
    Rule(DeviceKind.MAC, r"\(Mac OS/([\d.]+);", system="macOS $1"),
    Rule(DeviceKind.MAC, r"\[(?:macOS|Mac OS X),(\d+)", system="macOS $1"),
    Rule(DeviceKind.IPHONE, r"CFNetwork/.*\biPhone|\bdv\(iPh|; iPh\d+,"),
    # an app that may run on a Mac or an iPhone
    Rule(DeviceKind.API_CLIENT, r"CFNetwork/[\d.]+ Darwin/", system=BORROWED),
)

# First match wins: what borrows a name (Xbox says Windows, Windows Phone says Android and iPhone) stands
# above what it borrows from.
DEVICES = RuleTable(
    (
        *WATCHES,
        *HEADSETS,
        *APPLE,
        *CONSOLES,
        *SPEAKERS,
        *CARS,
        *SCREENS,
        *OTHER_PHONES,
        *E_READERS,
        Rule(DeviceKind.UNKNOWN, r"\(Haiku;", system="Haiku"),
        Rule(DeviceKind.UNKNOWN, r"AmigaOS ([\d.]+)", system="AmigaOS $1"),
        Rule(DeviceKind.UNKNOWN, r"^(?:Lynx|Links|ELinks|w3m)\b(?:[^X]*$)", "Text browser"),
        Rule(DeviceKind.CHROMEBOOK, r"(Pixelbook|Chromebook)", "$1"),
        *ANDROID_PHONES,
        *ANDROID_TABLETS,
        Rule(DeviceKind.FEATURE_PHONE, NAMED_FEATURE_PHONES, "$1"),
        Rule(DeviceKind.FEATURE_PHONE, FEATURE_PHONES),
    )
)
