"""Vietnamese text: the composed form (NFC) that is stored and the folded form that search compares."""

import unicodedata

# Sites of the province write Eth (U+00D0, U+00F0) for the Vietnamese D with stroke; no Unicode
# normalisation repairs that, and no decomposition takes the stroke off either letter.
_ETH = str.maketrans({"\u00d0": "\u0110", "\u00f0": "\u0111"})
_STROKE = str.maketrans({"\u0111": "d", "\u0110": "D"})


def nfc(text: str) -> str:
    """`text` composed (NFC), with Eth read as Đ.

    >>> nfc("Ðie\u0323\u0302n Biên") == "Điện Biên"
    True
    """
    return unicodedata.normalize("NFC", text.translate(_ETH))


def fold(text: str) -> str:
    """The search key of `text`: no case, no diacritics, đ as d, single spaces.

    >>> fold("Đồi A1"), fold("  ĐIỆN   Biên ")
    ('doi a1', 'dien bien')
    >>> fold("Tỏa Tình") == fold("Toả Tình")
    True
    """
    nfd = unicodedata.normalize("NFD", text.translate(_ETH).translate(_STROKE).casefold())
    bare = "".join(letter for letter in nfd if not unicodedata.combining(letter))
    return " ".join(bare.split())
