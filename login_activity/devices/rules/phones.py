"""Phones, where the system alone would mislead.

A phone that is neither Android nor iPhone is a feature phone, which is what most of them are; the few that
were smartphones (BlackBerry, Windows Phone, Symbian, HarmonyOS) are named by their model and system.
"""

from login_activity.devices.kinds import DeviceKind

from .rule import Rule

FEATURE_PHONES = (
    r"MIDP|CLDC|J2ME|UP\.Browser|\bObigo|\bWAP\b|MAUI\b|\bMRE/|DoCoMo|KDDI|SoftBank|WILLCOM|Vodafone/|UCWEB|\bBrew\b|Teleca"
    r"|NetFront|jig browser|Nucleus"
    r"|^(?:Nokia|SAMSUNG-|SEC-|SonyEricsson|LGE?-|MOT-|SIE-|Alcatel|ZTE-|HUAWEI-|Sagem|PHILIPS|SHARP-|Panasonic-)"
    r"|\bNokia[A-Z]?\d+-?\d*/"
)
OTHER_PHONES = (
    Rule(DeviceKind.FEATURE_PHONE, r"; ?(Lumia [^;)]+)", "$1"),
    Rule(DeviceKind.FEATURE_PHONE, r"Windows (?:Phone|Mobile|CE)|IEMobile|WPDesktop|\bXBLWP7|ZuneWP7", "", ""),
    Rule(DeviceKind.UNKNOWN, r"PlayBook", "BlackBerry PlayBook"),
    Rule(DeviceKind.FEATURE_PHONE, r"BlackBerry[ /]?(\d{4})", "BlackBerry $1"),
    Rule(DeviceKind.FEATURE_PHONE, r"BlackBerry;[^)]*; (\d{4})/", "BlackBerry $1"),
    Rule(DeviceKind.FEATURE_PHONE, r"BlackBerry|\bBB10\b", "BlackBerry"),
    Rule(DeviceKind.FEATURE_PHONE, r"\(Mobile; ?(?:LYF|Jio)/([^/;]+)/.*KAIOS", "JioPhone $1"),
    Rule(DeviceKind.FEATURE_PHONE, r"\(Mobile; ?([^;/)]+).*; ?rv:.*KAIOS", "$1"),
    Rule(DeviceKind.FEATURE_PHONE, r"KAIOS"),
    Rule(DeviceKind.UNKNOWN, r"^Mozilla/5\.0 \(Tablet;(?: [^;)]+;)? rv:", "Firefox OS tablet"),
    Rule(DeviceKind.FEATURE_PHONE, r"^Mozilla/5\.0 \(Mobile;(?: ?[^;)]+;)? ?rv:"),
    Rule(DeviceKind.UNKNOWN, r"\biPod\b", "iPod touch"),
    Rule(DeviceKind.FEATURE_PHONE, r"\(Phone; OpenHarmony (\d+)", "HarmonyOS phone", "HarmonyOS $1"),
    Rule(DeviceKind.UNKNOWN, r"\((Tablet|PC|2in1); OpenHarmony (\d+)", "HarmonyOS $1", "HarmonyOS $2"),
    Rule(DeviceKind.FEATURE_PHONE, r"Ubuntu Touch|Ubuntu; Mobile", "Ubuntu phone", "Ubuntu Touch"),
    Rule(DeviceKind.UNKNOWN, r"hpwOS/.*TouchPad", "HP TouchPad"),
    Rule(DeviceKind.FEATURE_PHONE, r"(?:hpw|web)OS/|PalmOS|PalmSource|Palmscape", "Palm"),
    Rule(DeviceKind.UNKNOWN, r"Family ?Hub", "Samsung Family Hub"),
    Rule(DeviceKind.FEATURE_PHONE, r"Tizen|Bada/|Sailfish|MeeGo|Maemo|Symb(?:ian|OS)|Series ?[346]0"),
    Rule(DeviceKind.FEATURE_PHONE, r"\b(PinePhone|Librem 5|Plasma Mobile)\b", "$1"),
)
NAMED_FEATURE_PHONES = (
    r"^((?:ZTE|KDDI|Micromax|Karbonn|LAVA|Spice|SAGEM|BenQ|Cricket|CAT|PHILIPS|SHARP)[-_ ][^/ ]+)[/ ]"
    r".*(?:MIDP|MAUI|Obigo|UP\.Browser)"
)
# Samsung's phones and foldables, which may ask for the desktop site.
ANDROID_PHONES = (
    Rule(DeviceKind.ANDROID_PHONE, r"Android.*\bSM-[ACEFGJMNS]\d{3}"),
    Rule(DeviceKind.ANDROID_PHONE, r"\bAdr \d|Android.*Opera Mini|Android/\d.*MIDP|FBAN/FB4A"),
    Rule(DeviceKind.ANDROID_PHONE, r"Android.*(?:coolpad|phonepad)"),
)
# Makers' names of tablets that also say "Mobile", or that an app names without saying either.
TABLET_MODELS = (
    r"\bGT-(?:P|N[58])\d|\bNexus (?:7|9|10)\b|Tablet|(?:pad|tab)(?:\d|_|\b)|\bTB-?\w?\d{3}"
    r"|\b(?:AGS|BAH|BTK|BTV|CMR|DBY|JDN|KOB|MRX|SCM|SHT|WGR)\d?-"
)
ANDROID_TABLETS = (
    Rule(DeviceKind.ANDROID_TABLET, rf"\bSM-[TXP]\d{{3}}|Android.*(?:{TABLET_MODELS})"),
    # browsers that exist for Android only, asking for the desktop site
    Rule(
        DeviceKind.ANDROID_TABLET,
        r"X11; Linux.*(?:SamsungBrowser|EdgA|HuaweiBrowser|MiuiBrowser|HeyTapBrowser)/",
        system="Android",
    ),
)
