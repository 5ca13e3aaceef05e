"""Whether a text with Vietnamese names in it is Vietnamese or English, told by its uncapitalised words."""

import re

from geo.encodings.syllable import is_syllable

_WORD = re.compile(r"(?<![\w.@/-])[a-zà-ỹđ]{2,}(?![\w.@/-]*\.\w)")
"""Words in small letters, without the parts of addresses; names, which both languages share, are capitalised."""

_OF_NAMES = {"xã", "bản", "huyện", "tỉnh", "phường", "thôn", "đội", "khối", "thị", "trấn", "thành", "phố", "làng"}
"""Vietnamese words that stay beside a name in an English text."""


def is_english(text: str) -> bool:
    """Whether more words of `text` cannot be Vietnamese than are written with Vietnamese letters.

    >>> is_english("Bản Nà Sự, xã Chà Nưa: community tourism, near 40 households")
    True
    >>> is_english("Danh sách sản phẩm OCOP của tỉnh, có homestay"), is_english("Báo Điện Biên Phủ")
    (False, False)
    """
    words = [word for word in _WORD.findall(text) if word not in _OF_NAMES]
    foreign = sum(not is_syllable(word) for word in words)
    return foreign > sum(not word.isascii() for word in words)
