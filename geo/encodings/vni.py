"""VNI for Windows (VNI-Times and related fonts): a vowel followed by one byte for diacritic and tone."""

import re

from geo.encodings.letters import ACUTE, DOT, GRAVE, HOOK, TILDE, add_tone
from geo.encodings.one_byte import CP1252

# The byte after the vowel for each tone; after a capital it is 0x20 lower.
_PLAIN = {GRAVE: "ø", HOOK: "û", TILDE: "õ", ACUTE: "ù", DOT: "ï"}
_CIRCUMFLEX = {"": "â", GRAVE: "à", HOOK: "å", TILDE: "ã", ACUTE: "á", DOT: "ä"}
_BREVE = {"": "ê", GRAVE: "è", HOOK: "ú", TILDE: "ü", ACUTE: "é", DOT: "ë"}
# The letter, the first byte of its sequence, and its marks; ơ and ư have first bytes of their own.
_STEMS = (
    ("a", "a", _PLAIN), ("ă", "a", _BREVE), ("â", "a", _CIRCUMFLEX),
    ("e", "e", _PLAIN), ("ê", "e", _CIRCUMFLEX),
    ("o", "o", _PLAIN), ("ô", "o", _CIRCUMFLEX), ("ơ", "ô", {"": "", **_PLAIN}),
    ("u", "u", _PLAIN), ("ư", "ö", {"": "", **_PLAIN}),
    ("y", "y", {tone: mark for tone, mark in _PLAIN.items() if tone != DOT}),
)  # fmt: skip
# Letters encoded in one byte.
_WHOLE = {"đ": "ñ", "ì": "ì", "ỉ": "æ", "ĩ": "ó", "í": "í", "ị": "ò", "ỵ": "î"}


def _small() -> dict[str, str]:
    vowels = {add_tone(vowel, tone): stem + mark for vowel, stem, marks in _STEMS for tone, mark in marks.items()}
    return vowels | _WHOLE


_SEQUENCES = _small() | {letter.upper(): sequence.upper() for letter, sequence in _small().items()}
_LETTERS = {sequence: letter for letter, sequence in _SEQUENCES.items()}
# Some keyboards write i and y with marks too, although the fonts have single bytes for them.
_LETTERS |= {stem + mark: add_tone(stem, tone) for stem in "iy" for tone, mark in _PLAIN.items()}
_LETTERS |= {stem + mark.upper(): add_tone(stem, tone) for stem in "IY" for tone, mark in _PLAIN.items()}
# A mark of the other case is misplaced in the font, but it is decoded as well.
_LETTERS |= {w[0] + w[1].swapcase(): letter for w, letter in tuple(_LETTERS.items()) if len(w) == 2}
_SEQUENCE = re.compile("|".join(re.escape(sequence) for sequence in sorted(_LETTERS, key=len, reverse=True)))

_VNI_CHARACTERS = frozenset("".join(_SEQUENCES.values())) - frozenset(map(chr, range(128)))
_BYTES = {letter: bytes([byte]) for byte, letter in enumerate(CP1252) if letter not in _VNI_CHARACTERS} | {
    letter: sequence.encode("latin1") for letter, sequence in _SEQUENCES.items()
}
_HIGH = re.compile(rb"[\x80-\x9f]")


def read(data: bytes) -> str:
    """The text of `data`; a mark after a letter that does not take it is read as Windows-1252."""
    text = "".join([CP1252[byte] for byte in data]) if _HIGH.search(data) else data.decode("latin1")
    return _SEQUENCE.sub(lambda match: _LETTERS[match[0]], text)


def write(text: str) -> bytes:
    """The bytes of `text`; KeyError for a character that VNI lacks (see `holds`)."""
    return b"".join([_BYTES[letter] for letter in text])


def holds(letter: str) -> bool:
    """Whether one character can be written."""
    return letter in _BYTES
