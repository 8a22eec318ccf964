"""Names that a reader takes for one another: a skeleton that they share, as in Unicode's UTS #39.

The table is a selection: letters of Cyrillic, Greek, Armenian, Cherokee, Lisu, Coptic and phonetic scripts that look
like Latin ones, large or small. Compare two skeletons; a skeleton is not for reading.
"""

from __future__ import annotations

import re
import unicodedata

_LOOKS = """
    AΑАᎪꓮⲀᴀ BΒВᏴꓐⲂʙ CϹСᏟꓚⲤᴄ DᎠꓓᴅÐĐƉ EΕЕᎬꓰⴹᴇ FϜꓝꜰ GԌᏀꓖɢ HΗНᎻꓧⲎʜ IΙІӀꓲⵏⲒɪ JЈᎫꓙͿᴊ KΚКᏦꓗⲔᴋ
    LᏞꓡⳐʟŁ MΜМᎷꓟⲘϺᴍ NΝꓠⲚɴ OΟОՕꓳⲞᴏØ PΡРᏢꓑⲢᴘ QԚⵕ RᎡᏒꓣʀ SЅՏᏚꓢꜱ TΤТᎢꓔⲦᴛ UՍꓴᴜ VѴᏙꓦᴠ WԜᏔᎳꓪᴡ
    XΧХꓫⲬ YΥҮУꓬⲨʏ ZΖᏃꓜᴢ aαаɑ bЬьƅ cсϲⲥ dԁđ eеєεҽ gɡց hһհ iіιıɩ jјϳ kкκ lӏłǀ| mм nпηոռ
    oοоօסөøσ pрρⲣ qԛգ rгᴦⲅ sѕƽ tтτ uυսʋ vνѵ wԝωѡա xхχ yуγүყ zʐ
"""  # the Latin letter, then what looks like it
LATIN = str.maketrans({each: looks[0] for looks in _LOOKS.split() for each in looks[1:]})
_ALIKE = str.maketrans({"i": "l", "1": "l", "0": "o"})  # I, l and 1; O and 0
_PAIRS = (("rn", "m"), ("vv", "w"))
_UNSEEN = re.compile("[\u0640\u115f\u1160\u17b4\u17b5\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # though letters or marks


def skeleton(name: str) -> str:
    """Without case, accents, widths, spaces, punctuation and signs; lookalikes are one letter."""
    apart = unicodedata.normalize("NFKD", name).translate(LATIN)
    kept = "".join(filter(_is_kept, unicodedata.normalize("NFKD", apart.casefold())))
    kept = "".join(str(unicodedata.decimal(each, each)) for each in kept).translate(_ALIKE)
    for pair, letter in _PAIRS:
        kept = kept.replace(pair, letter)
    return kept


def _is_kept(character: str) -> bool:
    """Letters, digits, and marks without which there is another word; not accents, and vowels of Arabic and Hebrew."""
    combining = unicodedata.combining(character)
    mark_is_left_out = combining >= 200 or 10 <= combining <= 36
    return unicodedata.category(character)[0] in "LMN" and not mark_is_left_out and not _UNSEEN.match(character)
