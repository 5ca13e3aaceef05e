"""UTF-8 text, and mojibake: UTF-8 decoded as Windows-1252 or Latin-1 and saved again, once or twice."""

import re

from geo.encodings.one_byte import CP1252

MOST_LAYERS = 3

_TO_BYTE = {ord(letter): byte for byte, letter in enumerate(CP1252) if ord(letter) != byte}
_NO_BYTE = re.compile(rf"[^\x00-\xff{''.join(map(chr, _TO_BYTE))}]")
_HIGH = re.compile(rb"[\x80-\xff]")
# A character cut by the width of its column: its first byte without all the continuation bytes.
_PARTIAL_LETTER = re.compile(rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z")
# Two bytes of another encoding can form a valid UTF-8 character of an unrelated script or a control character.
# Real letters of such a script come in words, and control characters do not occur in text.
_CONTROL = re.compile(r"[\x80-\x9f]")
_FAR = re.compile(r"[\u0250-\u0258\u025a-\u02ff\u0324-\u0326\u0328-\u0dff\u0f00-\u167f\u1800-\u1dff]+")
_LONE = re.compile(r"(?<![A-Za-zÀ-ỹ])(?![ĂăĐđĨĩŨũƠơƯư])[\u0100-\u024f](?![A-Za-zÀ-ỹ])")


def as_bytes(text: str) -> bytes | None:
    """The bytes that `text` was before it was read as Latin-1 or Windows-1252; None when it was not.

    >>> as_bytes("§iÖn") == b"\\xa7i\\xd6n", as_bytes("Điện") is None
    (True, True)
    """
    if _NO_BYTE.search(text):
        return None
    # The five bytes that Windows-1252 leaves undefined are control characters in both encodings.
    return text.translate(_TO_BYTE).encode("latin1") if max(text, default="") > "\xff" else text.encode("latin1")


def read(data: bytes) -> str:
    """The text of UTF-8 `data`, without a last character that is cut off; UnicodeDecodeError when it is not
    UTF-8."""
    return _PARTIAL_LETTER.sub(b"", data).decode("utf-8").removeprefix("\ufeff")


def peel(text: str) -> str | None:
    """`text` decoded once more, its characters read as the bytes of UTF-8; None when they are not UTF-8.

    >>> peel("Ä\\x90iá»\\x87n"), peel("Điện"), peel("café")
    ('Điện', None, None)
    """
    data = as_bytes(text)
    if data is None or not _HIGH.search(_PARTIAL_LETTER.sub(b"", data)):
        return None
    try:
        return read(data)
    except UnicodeDecodeError:
        return None


def depth(text: str) -> int:
    """How many layers of mojibake `text` has: 0 for none, at most MOST_LAYERS.

    Bytes of another encoding that are UTF-8 for isolated letters of unrelated scripts by chance count as 0.
    """
    layers = 0
    inner = None if text.isascii() else peel(text)
    while inner is not None and layers < MOST_LAYERS:
        further = None if inner.isascii() else peel(inner)
        if further is None and not _plausible(inner):
            return layers
        layers += 1
        inner = further
    return layers


def _plausible(text: str) -> bool:
    far = _FAR.findall(text)
    return not _CONTROL.search(text) and not _LONE.search(text) and (not far or max(map(len, far)) > 2)


def unwrap(text: str, layers: int) -> str:
    """`text` with at most `layers` layers of mojibake removed; unchanged where it is no mojibake."""
    for _ in range(layers):
        inner = None if text.isascii() else peel(text)
        if inner is None:
            return text
        text = inner
    return text


def wrap(text: str, layers: int) -> bytes:
    """The bytes of `text` as mojibake of UTF-8 read as Windows-1252, `layers` deep; one layer is plain UTF-8."""
    for _ in range(layers - 1):
        text = "".join([CP1252[byte] for byte in text.encode("utf-8")])
    return text.encode("utf-8")


def ends_mid_letter(text: str) -> bool:
    """Whether `text`, which is UTF-8 read as Latin-1, ends in the middle of a letter."""
    data = as_bytes(text)
    return data is not None and _PARTIAL_LETTER.search(data) is not None
