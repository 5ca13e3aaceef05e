"""Windows code page 1258: base letters in one byte, the five tones as combining characters after them."""

import unicodedata

from geo.encodings.letters import LETTERS, parts
from geo.encodings.one_byte import ByteTable


def _letter(byte: int) -> str:
    # Windows decodes the bytes that the code page leaves undefined as control characters.
    return bytes([byte]).decode("cp1258", "ignore") or chr(byte)


_LETTERS = "".join(map(_letter, range(256)))
_SINGLE = {letter: bytes([byte]) for byte, letter in enumerate(_LETTERS)}


def _letters_with_tone() -> dict[str, bytes]:
    return {letter: b"".join(_SINGLE[part] for part in parts(letter)) for letter in LETTERS if letter not in _SINGLE}


_TABLE = ByteTable(_LETTERS, _SINGLE | _letters_with_tone())
holds, write = _TABLE.holds, _TABLE.write


def read(data: bytes) -> str:
    """The text of `data`, composed: the tones are joined to the letters that they follow."""
    return unicodedata.normalize("NFC", _TABLE.read(data))
