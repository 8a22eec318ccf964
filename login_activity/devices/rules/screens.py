"""Consoles, televisions, and the boxes and sticks that make one; screens in public (digital signage) among them."""

from login_activity.devices.kinds import DeviceKind

from .rule import BORROWED, Rule

CONSOLES = (
    Rule(DeviceKind.GAME_CONSOLE, r"PlayStation ?(Portable|Vita|\d)", "PlayStation $1", BORROWED),
    Rule(DeviceKind.GAME_CONSOLE, r"\(PS([2-5])\b", "PlayStation $1", BORROWED),
    Rule(DeviceKind.GAME_CONSOLE, r"[;(] ?(PS[345P])[;)]", "$1", BORROWED),
    Rule(DeviceKind.GAME_CONSOLE, r"(Xbox (?:One|Series [XS]|360))", "$1", BORROWED),
    Rule(DeviceKind.GAME_CONSOLE, r"[;(] ?Xbox", "Xbox", BORROWED),
    Rule(DeviceKind.GAME_CONSOLE, r"Nintendo (Switch(?: 2)?|Wii ?U|Wii|3DS|DSi?|GameBoy)", "Nintendo $1", BORROWED),
    Rule(DeviceKind.GAME_CONSOLE, r"(Dreamcast|Sega ?Saturn)", "Sega $1", BORROWED),
    Rule(DeviceKind.GAME_CONSOLE, r"Steam ?(?:Deck|Gamepad)", "Steam Deck"),
    Rule(
        DeviceKind.GAME_CONSOLE,
        r"Android[^)]*; (Retroid Pocket[^;)]*|OUYA|Archos GamePad|RG ?\d{3}\w*|RG ?CUBE|Razer Edge[^;)]*|AYN [^;)]+"
        r"|Odin ?\d[^;)]*|GPD XD[^;)]*|AYANEO[^;)]*)",
        "$1",
    ),
)

_ANDROID = r"Android [\d.]+;(?: [a-z]{2}[-_][a-z]{2};)?"
# The size of a screen in inches, as makers of televisions begin a model's number: 43LF8120T, EX-50US003B.
_INCHES = r"(?:2[48]|3[29]|4[0-9]|5[0-8]|6[05]|7[057]|8[0-6]|98)"
_PANELS = rf"(?:{_INCHES}(?:[A-Z]{{2,5}}[-_/]?\d|[A-Z]\d{{3}})|[A-Z]{{1,4}}{_INCHES}[A-Z]{{2,5}}\d{{3}})"
_TV = r"(?:\b|_)A?TV(?:\b|\d|_)|[a-z]TV\d*\b|[AC-Z\d]TV(?:\b|_)|-TV[A-Z]\d\d|\bTDTV\d|[Bb]ox|[^R]BOX"
# Named so at the beginning of the model, or anywhere in it.
_BOXES = r"[HX]98|T98|KM\d|M8S|GT1|X88|Q96|HK1|Tanix|Vontar|Zidoo|Minix|Formuler|Vorke|EVPAD|Yundoo|Xgimi|Droidlogic"
_FAMOUS_BOXES = r"A95X|[HX]96|T95|MXQ|TX[369]|Mecool|Ugoos|Beelink"
ANDROID_BOXES = (
    rf"{_ANDROID}(?: (?:{_BOXES})(?:\D|$)|[^;)/]*(?:-LED\d\d|\b(?:{_FAMOUS_BOXES})\b|(?-i:{_TV}|[_ -]{_PANELS})"
    r"|\bShell\b|Projector|\bSTB\b|\bIPTV|\bOTT\b|\bStick\b|[_ -](?:4K|UHD|QLED|OLED)\b|Streaming))"
)
TELEVISIONS = (
    r"Smart[-_ ]?TV|HbbTV|CE-HTML|\bDTV\b|NETTV|Opera TV|InettvBrowser|NetRange|Espial|\bSTB\b|set-?top ?box"
    r"|\bOMI/\d|DLNADOC|OpenTV|Kylo/|\bTV Safari\b|AQUOS(?:Browser|[- _]?TV)|\b(?:4K|UHD|LED|QLED|OLED) ?TV\b|\bVewd\b"
    r"|\bTitanOS\b|Whale ?TV|\bXumo\b|Freebox|\bTiVo\b|YouView|\bFVC/|\bHumax\b|\bSkyQ?_STB|wv-atv|^TV Bro/|TiviMate"
)
SIGNAGE = (
    r"SignageOS|\bsignage\b|\bkiosk\b|\bXibo\b|ScreenCloud|Yodeck|OptiSigns|NoviSign|Signagelive|\bSSSP\b|MagicInfo"
)
SCREENS = (
    Rule(DeviceKind.SMART_TV, r"BrightSign", "BrightSign"),
    Rule(DeviceKind.SMART_TV, SIGNAGE, "Digital signage"),
    Rule(DeviceKind.SMART_TV, r"AppleTV\d+,\d+/(\d+(?:\.[1-9]\d*)?)", "Apple TV", "tvOS $1"),
    Rule(DeviceKind.SMART_TV, r"Apple ?TV|\btvOS\b", "Apple TV"),
    Rule(DeviceKind.SMART_TV, r"\bRoku\b", "Roku"),
    Rule(DeviceKind.SMART_TV, r"(?-i:\bAFT[A-Z0-9]{1,7}\b)|Fire ?TV", "Fire TV"),
    Rule(DeviceKind.SMART_TV, r"Linux.*CrKey", "Chromecast", "Linux"),
    Rule(DeviceKind.SMART_TV, r"CrKey|Chromecast", "Chromecast"),
    Rule(DeviceKind.SMART_TV, r"Web0S|webOS\.TV|NetCast|\bLG ?(?:Smart ?)?TV", "LG"),
    Rule(DeviceKind.SMART_TV, r"VIDAA[ /](\d+)", "Hisense", "VIDAA $1"),
    Rule(DeviceKind.SMART_TV, r"BRAVIA", "Sony Bravia"),
    Rule(DeviceKind.SMART_TV, r"HbbTV.*Viera", "Panasonic Viera", BORROWED),
    Rule(DeviceKind.SMART_TV, r"\bViera\b", "Panasonic Viera"),
    Rule(DeviceKind.SMART_TV, r"Vizio|SmartCast", "Vizio"),
    Rule(DeviceKind.SMART_TV, r"Tizen.*\bTV\b|Maple ?20\d\d|SmartHub", "Samsung"),
    Rule(DeviceKind.SMART_TV, r"SHIELD Android TV", "Nvidia Shield"),
    Rule(DeviceKind.SMART_TV, r"Android ?TV|Google ?TV|MiTV|MIBOX|\bTV ?(?:Box|Stick)\b", "Android TV"),
    Rule(DeviceKind.SMART_TV, ANDROID_BOXES, "Android TV"),
    Rule(DeviceKind.SMART_TV, TELEVISIONS),
)
