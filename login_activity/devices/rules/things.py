"""Watches, headsets and glasses, cars, e-readers, speakers. Most of them run Android and would pass for a phone.

An everyday word (watch, car, glass, echo) counts only where a model stands: in the brackets, behind the system.
"""

from login_activity.devices.kinds import DeviceKind

from .rule import BORROWED, Rule

# Behind "Android 11; " or "Tizen 4.0; ", within the model.
_BEFORE_MODEL = r"(?:Android|Tizen)[ \d.L]*; (?:[a-z]{2}[-_][a-z]{2}; )?"
_MODEL = _BEFORE_MODEL + r"[^;)/]*"

WATCHES = (
    Rule(DeviceKind.WATCH, r"watchOS|\bWatch ?OS\b|\bWatch\d+,\d|Apple Watch", "Apple Watch"),
    Rule(DeviceKind.WATCH, r"\bWear ?OS\b|\bSM-[RL]\d{3}|Tizen.*\bGear (?:S\d?|Live|Fit|Sport)\b"),
    Rule(
        DeviceKind.WATCH,
        _MODEL
        + r"(?:watch|Amazfit|\bMoto 360|\bFossil\b|KidPhone|\bGear (?:S\d?|Live)\b|\bOPWWE\d|LEO-(?:B|DL)X|\bWear\b)",
    ),
    Rule(DeviceKind.WATCH, r"^((?:Huawei|Galaxy|Pixel|Xiaomi|OnePlus) Watch|Amazfit)\b", "$1"),
    Rule(DeviceKind.WATCH, r"\b(Pebble(?: ?(?:Time|Steel|OS))?)/\d", "$1"),
    Rule(DeviceKind.WATCH, r"\b(Fitbit ?(?:Versa|Ionic|Sense|OS)\b[ \d]*)", "$1"),
    Rule(DeviceKind.WATCH, r"\b(Garmin (?:Fenix|Forerunner|Venu|Vivoactive|Epix|Instinct)[ \d]*|Zepp ?OS)", "$1"),
)
HEADSETS = (
    Rule(DeviceKind.HEADSET, r"\b(Quest(?: [^;)]+)?)[;)].*(?:OculusBrowser|VR Safari|Wolvic)", "$1"),
    Rule(DeviceKind.HEADSET, _BEFORE_MODEL + r"(?-i:(Quest(?: (?:[2-9]S?|Pro))?)(?: Build/|[;)]))", "$1"),
    Rule(DeviceKind.HEADSET, r"Vision ?Pro\b|(?-i:visionOS)|\bRealityDevice\d|\bxrOS\b", "Apple Vision Pro"),
    Rule(DeviceKind.HEADSET, r"\b(HoloLens(?: \d)?)", "$1"),
    Rule(DeviceKind.HEADSET, r"\b(Pico ?(?:Neo|G\d|\d)[^;)/]*?)(?: Build|[;)])", "$1"),
    Rule(DeviceKind.HEADSET, r"\b(Magic ?Leap(?: \w+)?)", "$1"),
    Rule(DeviceKind.HEADSET, r"OculusBrowser|OculusOS|\bVR Safari|\bMobile VR\b|\bWolvic/|Firefox ?Reality"),
    Rule(
        DeviceKind.HEADSET,
        _MODEL
        + r"(?:\bVive\b|Vuzix|RealWear|\bHMT-1|XREAL|\bNreal|\bRokid|RayNeo|Gear ?VR|SM-I\d{3}|Mirage Solo|VR-1541F)",
    ),
    Rule(DeviceKind.HEADSET, _BEFORE_MODEL + r"(?:Google )?Glass\b", "Google Glass"),
)
_MAKES = (
    r"Volvo|BMW|Benz|Audi|Porsche|Renault|Peugeot|Citroen|Cadillac|Chevrolet|Rivian|Lucid"
    r"|BYD|DiLink|XPeng|LiAuto|Zeekr|Geely|Togg|VinFast|Teyes|KZCAR|Automotive|AAOS|Ford SYNC|gminfo\d*|Infotainment"
    r"|IVI|Head ?Unit"
)
CARS = (
    Rule(DeviceKind.CAR, r"\bTesla/|QtCarBrowser", "Tesla"),
    Rule(DeviceKind.CAR, _MODEL + rf"\b(?:{_MAKES})(?:[^a-z]|$)"),
    Rule(DeviceKind.CAR, _BEFORE_MODEL + r"Polestar(?: \d)?(?: Build/|[;)])"),
    Rule(
        DeviceKind.CAR,
        _MODEL
        + r"(?:\bCar(?:Pad|Play|Box)?\b|\bAuto\b|8227L|\bUIS\d{4}|(?:QUAD|OCT\w*)-CORE[ _]T\d|\bYT\d{4}[A-Z]*\b)",
    ),
    Rule(DeviceKind.CAR, r"\b(Android Auto(?:motive)?|CarPlay|MBUX|iDrive|BMW ?ConnectedDrive)\b", "$1"),
    Rule(DeviceKind.CAR, r"Linux[^)]*; ?(BMW|NIO|Audi|Porsche)[;)]", "$1"),
    Rule(DeviceKind.CAR, r"\b(Polestar|Volvo Cars?|Rivian|Mercedes-Benz|BMW)/\d", "$1"),
)
E_READERS = (
    Rule(DeviceKind.ANDROID_TABLET, r"(?-i:\bKF[A-Z]{2,6}\b)|Kindle Fire|\bSilk/", "Amazon Fire"),
    Rule(DeviceKind.E_READER, r"\bKindle\b", "Kindle", "Linux"),
    Rule(DeviceKind.E_READER, r"\b(Kobo|PocketBook|reMarkable|Bookeen|Cybook|Supernote)\b", "$1", BORROWED),
    Rule(DeviceKind.E_READER, r"\b(?:nook browser|BNRV\d+)|[;(] ?nook(?:[;)]| Simple| Glow)", "Nook"),
    Rule(DeviceKind.E_READER, r"\bBOOX\b"),
    Rule(DeviceKind.E_READER, r"\bPRS-T\d|\bEBRD\d|Sony ?Reader", "Sony Reader"),
    Rule(DeviceKind.E_READER, _MODEL + r"\b(?:Tolino|Likebook|Boyue|Meebook|InkPalm|Bigme|InkBook|eReader|E-?ink)\b"),
)
SPEAKERS = (
    Rule(DeviceKind.SMART_SPEAKER, r"\bHomePod\b|\bAudioAccessory\d", "HomePod", BORROWED),
    Rule(DeviceKind.SMART_SPEAKER, r"\bSonos/\S+ \([A-Z]+\d*\)|^Sonos;", "Sonos", BORROWED),
    Rule(
        DeviceKind.SMART_SPEAKER, r"\b(?-i:(Echo[ _](?:Dot|Show|Studio|Spot|Plus|Pop|Flex|Input|Auto)))\b", "Amazon $1"
    ),
    Rule(
        DeviceKind.SMART_SPEAKER,
        r"(?-i:\bAEO[A-Z]{2,3}\b)|^Echo/\d|[;(] ?Echo[;)]|AlexaMediaPlayer|\bAlexa/\d",
        "Amazon Echo",
    ),
    Rule(DeviceKind.SMART_SPEAKER, r"DeviceType/SmartSpeaker|Fuchsia.*CrKey", "Google Nest", "Fuchsia"),
    Rule(DeviceKind.SMART_SPEAKER, r"\b(Nest (?:Hub|Mini|Audio)|Google Home (?:Mini|Max|Hub))\b", "$1"),
    Rule(DeviceKind.SMART_SPEAKER, r"\b(SoundTouch|HEOS|MusicCast|yandexstation)", "$1"),
)
