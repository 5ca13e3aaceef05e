"""Decoding and encoding Vietnamese text in the encodings used before Unicode."""

import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, TypeAlias

from geo.encodings import cp1258, mojibake, viqr, vni
from geo.encodings.tcvn3 import TCVN3
from geo.encodings.viscii import VISCII
from geo.errors import BadQuery, BadSource
from geo.schema import Label
from geo.text import nfc

# What to do with a character that the encoding lacks:
Errors: TypeAlias = Literal[
    "strict",  # raise BadQuery, naming every one of them
    "lower",  # a capital as its small letter, as the .VnTimeH fonts expect; then as "plain"
    "plain",  # without tone, then without hat, horn, breve or stroke; in the last resort a question mark
]


@dataclass(frozen=True)
class Encoding:
    """One encoding. `read` decodes bytes; `write` encodes NFC text; `holds` says whether it has a character.

    `cpg` is its name in a .cpg file beside a shapefile, "" where there is none.
    """

    key: str
    label: Label
    read: Callable[[bytes], str]
    write: Callable[[str], bytes]
    holds: Callable[[str], bool]
    cpg: str = ""


class Loss(NamedTuple):
    """A character that the encoding lacks, its substitute, and how often it was replaced."""

    letter: str
    substitute: str
    times: int


class FitResult(NamedTuple):
    """Text that an encoding can represent, and the replacements that were needed."""

    text: str
    losses: tuple[Loss, ...]


def _everything(letter: str) -> bool:
    return not 0xD800 <= ord(letter) <= 0xDFFF


def _utf8(key: str, label: Label, layers: int, cpg: str = "") -> Encoding:
    def read(data: bytes) -> str:
        return mojibake.unwrap(mojibake.read(data), layers - 1)

    return Encoding(key, label, read, lambda text: mojibake.wrap(text, layers), _everything, cpg)


class _Codec(Protocol):
    """A ByteTable, or a module with the same three functions."""

    def read(self, data: bytes, /) -> str: ...
    def write(self, text: str, /) -> bytes: ...
    def holds(self, letter: str, /) -> bool: ...


def _row(key: str, vi: str, en: str, codec: _Codec, cpg: str = "") -> Encoding:
    return Encoding(key, Label(vi, en), codec.read, codec.write, codec.holds, cpg)


_ROWS = (
    _utf8("utf-8", Label("UTF-8", "UTF-8"), 1, "UTF-8"),
    _row("cp1258", "Windows-1258 (CP1258)", "Windows-1258 (CP1258)", cp1258, "1258"),
    _row("tcvn3", "TCVN3 (ABC, phông .VnTime)", "TCVN3 (ABC, .VnTime fonts)", TCVN3),
    _row("vni", "VNI-Windows (phông VNI-Times)", "VNI-Windows (VNI-Times fonts)", vni),
    _row("viscii", "VISCII", "VISCII", VISCII),
    _row("viqr", "VIQR (gõ dấu bằng ASCII)", "VIQR (marks typed in ASCII)", viqr),
    _utf8("mojibake", Label("UTF-8 bị đọc nhầm thành Latin-1", "UTF-8 misread as Latin-1"), 2),
    _utf8("mojibake2", Label("UTF-8 bị đọc nhầm thành Latin-1 hai lần", "UTF-8 misread as Latin-1 twice"), 3),
)
ENCODINGS: dict[str, Encoding] = {row.key: row for row in _ROWS}

# Results of detection beside the keys of ENCODINGS: columns that need no conversion.
AS_IT_STANDS: dict[str, Label] = {
    "ascii": Label("ASCII, không có gì để chuyển", "ASCII, nothing to convert"),
    "unicode": Label("Unicode, đã đọc đúng", "Unicode, read as it should be"),
    "none": Label("không phải tiếng Việt, giữ nguyên", "not Vietnamese, left as it is"),
}


def label_of(key: str) -> Label:
    """The display name of an encoding; BadQuery for an unknown key."""
    return AS_IT_STANDS[key] if key in AS_IT_STANDS else _encoding_of(key).label


def decode(data: bytes | str, encoding: str) -> str:
    """The text of `data` in NFC, with Eth read as Đ. A str holds the bytes as read in Latin-1.

    Spreadsheets decode as Windows-1252, so its characters above U+00FF count as their bytes too. "ascii" and
    "none" return the text unchanged, "unicode" returns it in NFC. BadSource when the data are not valid in
    the encoding, BadQuery for an unknown encoding.

    >>> decode(b"\\xa7i\\xd6n Bi\\xaan", "tcvn3"), decode("Ñieän Bieân", "vni")
    ('Điện Biên', 'Điện Biên')
    """
    if encoding in AS_IT_STANDS:
        text = data if isinstance(data, str) else data.decode("latin1")
        return nfc(text) if encoding == "unicode" else text
    codec = _encoding_of(encoding)
    if isinstance(data, str) and codec.key in _LAYERS and mojibake.peel(data) is not None:
        return nfc(mojibake.unwrap(data, _LAYERS[codec.key]))
    raw = mojibake.as_bytes(data) if isinstance(data, str) else data
    if raw is None:
        raise _cannot_be(data, codec)
    try:
        return nfc(codec.read(raw))
    except UnicodeDecodeError as error:
        raise _cannot_be(data, codec) from error


_LAYERS = {"utf-8": 1, "mojibake": 2, "mojibake2": 3}


def encode(text: str, encoding: str, errors: Errors = "strict") -> bytes:
    """`text` in NFC as bytes; `errors` says how characters that the encoding lacks are replaced (see `fit`).

    >>> encode("Mường Ảng", "tcvn3", "plain"), encode("Đồi A1", "viqr")
    (b'M\\xad\\xeang Ang', b'DDo^`i A1')
    """
    return _encoding_of(encoding).write(fit(text, encoding, errors).text)


def fit(text: str, encoding: str, errors: Errors = "strict") -> FitResult:
    """`text` in NFC with each character that the encoding lacks replaced, and the list of them in order.

    >>> fit("Ảng", "tcvn3", "lower")
    FitResult(text='ảng', losses=(Loss(letter='Ả', substitute='ả', times=1),))
    """
    codec = _encoding_of(encoding)
    nfc_text = unicodedata.normalize("NFC", text)
    counts = Counter(letter for letter in nfc_text if not codec.holds(letter))
    if not counts:
        return FitResult(nfc_text, ())
    if errors == "strict":
        raise _cannot_hold(counts, codec)
    losses = tuple(Loss(letter, _nearest(letter, codec, errors), count) for letter, count in counts.items())
    return FitResult(nfc_text.translate({ord(loss.letter): loss.substitute for loss in losses}), losses)


_PUNCTUATION = {
    "“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "\u00a0": " ", "Đ": "D", "đ": "d",
}  # fmt: skip


def _nearest(letter: str, encoding: Encoding, errors: Errors) -> str:
    parts = unicodedata.normalize("NFD", letter)
    # In NFD the dot below comes before a circumflex or breve, so the tone may stand anywhere among the marks.
    toneless = unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES))
    small = [letter.lower()] if errors == "lower" else []
    for near in (*small, toneless, parts[0], _PUNCTUATION.get(letter, "?")):
        if all(map(encoding.holds, near)):
            return near
    return "?"


_TONES = "\u0300\u0309\u0303\u0301\u0323"


def _encoding_of(key: str) -> Encoding:
    try:
        return ENCODINGS[key]
    except KeyError:
        raise BadQuery(
            f"No encoding {key!r}. Encodings: {', '.join(ENCODINGS)}.",
            f"Không có bảng mã {key!r}. Các bảng mã: {', '.join(ENCODINGS)}.",
        ) from None


def _cannot_be(data: bytes | str, encoding: Encoding) -> BadSource:
    beginning = data[:40]
    return BadSource(
        f"{beginning!r} cannot be {encoding.label.en}. Let the encoding be detected, or choose another.",
        f"{beginning!r} không thể là {encoding.label.vi}. Hãy để hệ thống nhận biết bảng mã, hoặc chọn bảng mã khác.",
    )


def _cannot_hold(counts: Counter[str], encoding: Encoding) -> BadQuery:
    letters = ", ".join(f"{letter} ({count})" for letter, count in counts.most_common(20))
    return BadQuery(
        f"{encoding.label.en} lacks these characters: {letters}. Choose errors='lower' or 'plain', or UTF-8.",
        f"{encoding.label.vi} không có các ký tự: {letters}. Hãy chọn cách thay thế 'lower' hoặc 'plain', hoặc UTF-8.",
    )
