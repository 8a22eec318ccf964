"""What kind of device a User-Agent string comes from, where its system alone would mislead: an ordered table.

A thing that is none of the kinds (a feature phone, an e-reader, a headset, a car) is an "Unknown device"
whose model says what it is; nothing is pressed into a kind that it is not.
"""

from dataclasses import dataclass

from django.db import models
from ua_parser_rs import DeviceExtractor


class DeviceKind(models.TextChoices):
    WINDOWS_PC = "windows_pc", "Windows PC"
    MAC = "mac", "Mac"
    IPHONE = "iphone", "iPhone"
    IPAD = "ipad", "iPad"
    ANDROID_PHONE = "android_phone", "Android phone"
    ANDROID_TABLET = "android_tablet", "Android tablet"
    LINUX_PC = "linux_pc", "Linux PC"
    CHROMEBOOK = "chromebook", "Chromebook"
    SMART_TV = "smart_tv", "Smart TV"
    GAME_CONSOLE = "game_console", "Game console"
    BOT = "bot", "Bot"
    API_CLIENT = "api_client", "API client"
    UNKNOWN = "unknown", "Unknown device"


BELIEVED = ""  # the system that the string names is the device's own
BORROWED = "-"  # it is another's, or a disguise, and is not shown


@dataclass(frozen=True, slots=True)
class Rule:
    """A case-insensitive Rust regular expression; `model` and `system` may use its groups ($1)."""

    kind: DeviceKind
    pattern: str
    model: str = ""
    system: str = BELIEVED


# Tools and HTTP libraries that name a system or a contact address, and so would pass for something else.
LIBRARIES = (
    r"^(?:curl|wget|libcurl|python|pip|java|okhttp|node|undici|axios|got|go-http|postman|insomnia|httpie|ruby"
    r"|faraday|guzzle|php|symfony|libwww|lwp|dart|restsharp|reqwest|hyper|boto|aws-|k6|apache-|git|perl|winhttp"
    r"|deno|bun|google-(?:api|http)|azure|rest-client|typhoeus|unirest|hackney|httpclient|grpc|aiohttp|httpx"
    r"|superagent|jersey|reactornetty|feign)(?:[^a-z]|$|http|runtime)"
    r"|PowerShell/\d"
)
ROBOTS = (
    r"(?:^|[^u])bots?(?:[^a-z]|$)|crawl|spider|slurp|scrap(?:y|er)|fetcher|externalhit|externalagent|archiver"
    r"|heritrix|nutch|indexer|headless|phantomjs|lighthouse|\bPTST/|pingdom|statuscake|uptime|site24x7|newrelic"
    r"|datadog|monitor(?:ing)?\b|validator|W3C_|\bnmap\b|nikto|sqlmap|zgrab|masscan|nuclei|censys|expanse"
    r"|netcraft|\bscan(?:ner)?\b|inspection|imageproxy|(?:mediapartners|apis)-google|feedfetcher"
    r"|google[- ](?:favicon|web preview|read-aloud|structured|site-verification|safety|other|extended|apps)"
    r"|bingpreview|(?:chatgpt|claude|perplexity|mistralai|duckassist)-user|embedly|outbrain|vkshare"
    r"|favicon|checker|synthetic|collector|link ?(?:check|preview)|^whatsapp/|^viber/|\brss\b"
    r"|feed(?:ly|bin|press|burner|parser| ?reader)"
    r"|ichiro|yahooseeker|daum(?:oa)?/|yeti/|qwantify|ahrefs|semrush|screaming frog"
    r"|https?://|\bwww\.|mailto:|\w@[\w-]+\.[a-z]{2}|[;(] ?\+[\w.-]+\.[a-z]{2}"  # where to complain
)
TELEVISIONS = (
    r"Smart[-_ ]?TV|HbbTV|CE-HTML|\bDTV\b|NETTV|Opera TV|InettvBrowser|NetRange|Espial|\bSTB\b|set-?top ?box"
    r"|\bOMI/\d|DLNADOC|OpenTV|Kylo/|\bTV Safari\b|AQUOS(?:Browser| ?TV)|\b(?:4K|UHD|LED|QLED|OLED) ?TV\b"
)
ANDROID_BOXES = (
    r"Android [\d.]+; [^;)]*"
    r"(?:-LED\d\d|TV[ _);]|\bBox\b|\b(?:A95X|[HX]96|T95|MXQ|TX[369]|Mecool|Ugoos|Beelink)\b)"
)
FEATURE_PHONES = (
    r"MIDP|CLDC|J2ME|UP\.Browser|Obigo|\bWAP\b|DoCoMo|KDDI|SoftBank|Vodafone/|UCWEB|\bBrew\b|Teleca|NetFront"
    r"|^(?:Nokia|SAMSUNG-|SEC-|SonyEricsson|LGE?-|MOT-|SIE-|Alcatel|ZTE-|HUAWEI-|Sagem|PHILIPS|SHARP-|Panasonic-)"
)

# First match wins: what borrows a name (Xbox says Windows, Windows Phone says Android and iPhone) stands
# above what it borrows from.
RULES = (
    Rule(DeviceKind.API_CLIENT, LIBRARIES),
    Rule(DeviceKind.MAC, r"CFNetwork/[\d.]+ Darwin/.*(?:x86_64|i386|Mac)", system="macOS"),
    # an app that may run on a Mac or an iPhone
    Rule(DeviceKind.API_CLIENT, r"CFNetwork/[\d.]+ Darwin/", system=BORROWED),
    Rule(DeviceKind.MAC, r"\(Mac OS/([\d.]+);", system="macOS $1"),
    Rule(DeviceKind.BOT, ROBOTS, system=BORROWED),
    # Consoles
    Rule(DeviceKind.GAME_CONSOLE, r"PlayStation ?(Portable|Vita|\d)", "PlayStation $1", BORROWED),
    Rule(DeviceKind.GAME_CONSOLE, r"\(PS([2-5])\b", "PlayStation $1", BORROWED),
    Rule(DeviceKind.GAME_CONSOLE, r"(Xbox (?:One|Series [XS]|360))", "$1", BORROWED),
    Rule(DeviceKind.GAME_CONSOLE, r"\bXbox", "Xbox", BORROWED),
    Rule(DeviceKind.GAME_CONSOLE, r"Nintendo (Switch|Wii ?U|Wii|3DS|DSi?)", "Nintendo $1", BORROWED),
    Rule(DeviceKind.GAME_CONSOLE, r"Steam ?(?:Deck|Gamepad)", "Steam Deck"),
    Rule(DeviceKind.GAME_CONSOLE, r"Android.*(Retroid Pocket|OUYA|Archos GamePad|\bRG\d{3})", "$1"),
    # Televisions, and the boxes and sticks that make one
    Rule(DeviceKind.SMART_TV, r"Apple ?TV|\btvOS\b", "Apple TV"),
    Rule(DeviceKind.SMART_TV, r"\bRoku\b", "Roku"),
    Rule(DeviceKind.SMART_TV, r"(?-i:\bAFT[A-Z0-9]{1,7}\b)", "Fire TV"),
    Rule(DeviceKind.SMART_TV, r"Linux.*CrKey", "Chromecast", "Linux"),
    Rule(DeviceKind.SMART_TV, r"CrKey|Chromecast", "Chromecast"),
    Rule(DeviceKind.SMART_TV, r"Web0S|webOS\.TV|NetCast|\bLG ?(?:Smart ?)?TV", "LG"),
    Rule(DeviceKind.SMART_TV, r"VIDAA (\d+)", "Hisense", "VIDAA $1"),
    Rule(DeviceKind.SMART_TV, r"BRAVIA", "Sony Bravia"),
    Rule(DeviceKind.SMART_TV, r"HbbTV.*Viera", "Panasonic Viera", BORROWED),
    Rule(DeviceKind.SMART_TV, r"\bViera\b", "Panasonic Viera"),
    Rule(DeviceKind.SMART_TV, r"Vizio", "Vizio"),
    Rule(DeviceKind.SMART_TV, r"Tizen.*\bTV\b|Maple ?20\d\d|SmartHub", "Samsung"),
    Rule(DeviceKind.SMART_TV, r"SHIELD Android TV", "Nvidia Shield"),
    Rule(DeviceKind.SMART_TV, r"Android ?TV|Google ?TV|MiTV|MIBOX|\bTV ?(?:Box|Stick)\b", "Android TV"),
    Rule(DeviceKind.SMART_TV, ANDROID_BOXES, "Android TV"),
    Rule(DeviceKind.SMART_TV, TELEVISIONS),
    # Phones, readers and other things of no listed kind
    Rule(DeviceKind.UNKNOWN, r"; ?(Lumia [^;)]+)", "$1"),
    Rule(DeviceKind.UNKNOWN, r"Windows (?:Phone|Mobile|CE)|IEMobile|WPDesktop", "Windows phone"),
    Rule(DeviceKind.UNKNOWN, r"PlayBook", "BlackBerry PlayBook"),
    Rule(DeviceKind.UNKNOWN, r"BlackBerry[ /]?(\d{4})", "BlackBerry $1"),
    Rule(DeviceKind.UNKNOWN, r"BlackBerry|\bBB10\b", "BlackBerry"),
    Rule(DeviceKind.UNKNOWN, r"\b(Quest(?: [^;)]+)?)[;)].*OculusBrowser", "$1"),
    Rule(DeviceKind.UNKNOWN, r"OculusBrowser|\bVR Safari|\bPico (?:Neo|\d)", "VR headset"),
    Rule(DeviceKind.UNKNOWN, r"KAIOS", "KaiOS phone"),
    Rule(DeviceKind.UNKNOWN, r"^Mozilla/5\.0 \((?:Mobile|Tablet);(?: [^;)]+;)? rv:", "Firefox OS phone"),
    Rule(DeviceKind.ANDROID_TABLET, r"(?-i:\bKF[A-Z]{2,6}\b)|Kindle Fire|\bSilk/", "Amazon Fire"),
    Rule(DeviceKind.UNKNOWN, r"\bKindle\b", "Kindle", "Linux"),
    Rule(DeviceKind.UNKNOWN, r"Kobo (?:Touch|eReader)|PocketBook|Tolino", "E-reader", BORROWED),
    Rule(DeviceKind.UNKNOWN, r"\bTesla/|QtCarBrowser", "Tesla"),
    Rule(DeviceKind.UNKNOWN, r"watchOS|\bWatch\d+,\d", "Apple Watch"),
    Rule(DeviceKind.UNKNOWN, r"\bSM-R\d{3}|Wear ?OS", "Watch"),
    Rule(DeviceKind.UNKNOWN, r"\biPod\b", "iPod touch"),
    Rule(DeviceKind.UNKNOWN, r"\((Phone|Tablet|PC); OpenHarmony (\d+)", "HarmonyOS $1", "HarmonyOS $2"),
    Rule(DeviceKind.UNKNOWN, r"Ubuntu Touch|Ubuntu; Mobile", "Ubuntu phone", "Ubuntu Touch"),
    Rule(DeviceKind.UNKNOWN, r"(?:hpw|web)OS/", "Palm"),
    Rule(DeviceKind.UNKNOWN, r"Tizen|Bada/|Sailfish|MeeGo|Maemo|Symb(?:ian|OS)|Series ?[346]0", "Smartphone"),
    Rule(DeviceKind.UNKNOWN, r"^(?:Lynx|Links|ELinks|w3m)\b(?:[^X]*$)", "Text browser"),
    # Android, where the string needs a second look
    Rule(DeviceKind.CHROMEBOOK, r"(Pixelbook|Chromebook)", "$1"),
    # Samsung's phones and foldables, which may ask for the desktop site
    Rule(DeviceKind.ANDROID_PHONE, r"Android.*\bSM-[ACEFGJMNS]\d{3}"),
    Rule(DeviceKind.ANDROID_PHONE, r"\bAdr \d|Android.*Opera Mini|Android/\d.*MIDP|FBAN/FB4A"),
    Rule(DeviceKind.IPHONE, r"\bdv\(iPh"),
    # browsers that exist for Android only, asking for the desktop site
    Rule(
        DeviceKind.ANDROID_TABLET,
        r"X11; Linux.*(?:SamsungBrowser|EdgA|HuaweiBrowser|MiuiBrowser|HeyTapBrowser)/",
        system="Android",
    ),
    Rule(DeviceKind.UNKNOWN, FEATURE_PHONES, "Feature phone"),
)

# ua-parser's own engine reads this table too: one pass in linear time, whatever a client sends.
_extractor = DeviceExtractor((rule.pattern, "i", rule.kind.value, rule.system, rule.model) for rule in RULES)


@dataclass(frozen=True, slots=True)
class Match:
    kind: DeviceKind
    model: str
    system: str


def match(user_agent: str) -> Match | None:
    found = _extractor.extract(user_agent)
    if found is None:
        return None
    return Match(DeviceKind(found.family), found.model or "", found.brand or BELIEVED)
