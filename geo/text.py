"""Vietnamese text: the composed form (NFC) that is stored and the folded form that search compares."""

import re
import unicodedata

# Sites of the province write Eth (U+00D0, U+00F0) for the Vietnamese D with stroke; no Unicode
# normalisation repairs that, and no decomposition takes the stroke off either letter.
_ETH = str.maketrans({"\u00d0": "\u0110", "\u00f0": "\u0111"})
_STROKE = str.maketrans({"\u0111": "d", "\u0110": "D", "\u00f0": "d", "\u00d0": "D"})
# The combining marks of Latin letters; U+034F, between them, is none.
_MARKS = re.compile("[\u0300-\u034e\u0350-\u036f]+")


def nfc(text: str) -> str:
    """`text` composed (NFC), with Eth read as Đ.

    >>> nfc("Ðie\u0323\u0302n Biên") == "Điện Biên"
    True
    """
    return unicodedata.normalize("NFC", text.translate(_ETH))


def without_marks(text: str) -> str:
    """`text` decomposed (NFD), without combining marks; Đ, which has none, stays.

    >>> without_marks("Đồi Ý")
    'Đoi Y'
    """
    bare = _MARKS.sub("", unicodedata.normalize("NFD", text))
    if bare.isascii():
        return bare
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def fold(text: str) -> str:
    """The search key of `text`: no case, no diacritics, đ as d, single spaces.

    >>> fold("Đồi A1"), fold("  ĐIỆN   Biên ")
    ('doi a1', 'dien bien')
    >>> fold("Tỏa Tình") == fold("Toả Tình")
    True
    """
    plain = text if text.isascii() else text.translate(_STROKE)
    return " ".join(without_marks(plain.casefold()).split())
