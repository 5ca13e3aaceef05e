"""VIQR (RFC 1456): Vietnamese in ASCII, with marks after the letter and a backslash to escape literal signs."""

import re

from geo.encodings.letters import ACUTE, DOT, GRAVE, HOOK, TILDE, add_tone

TONE_MARKS = {GRAVE: "`", HOOK: "?", TILDE: "~", ACUTE: "'", DOT: "."}
_STEMS = {
    "a": "a", "ă": "a(", "â": "a^", "e": "e", "ê": "e^", "i": "i", "o": "o", "ô": "o^", "ơ": "o+",
    "u": "u", "ư": "u+", "y": "y",
}  # fmt: skip


def _small() -> dict[str, str]:
    tones = {"": "", **TONE_MARKS}
    letters = {add_tone(vowel, tone): stem + tones[tone] for vowel, stem in _STEMS.items() for tone in tones}
    return {letter: sequence for letter, sequence in letters.items() if not letter.isascii()} | {"đ": "dd"}


_SEQUENCES = _small() | {letter.upper(): sequence.upper() for letter, sequence in _small().items()}
_LETTERS = {sequence: letter for letter, sequence in _SEQUENCES.items()} | {"Dd": "Đ", "dD": "đ"}
_SEQUENCE = re.compile(
    r"\\(.)|[Aa][(^]?['`?~.]?|[Ee]\^?['`?~.]?|[Oo][\^+]?['`?~.]?|[Uu]\+?['`?~.]?|[IiYy]['`?~.]?|[Dd][Dd]", re.DOTALL
)


def read(data: bytes) -> str:
    """The text of `data`; bytes beyond ASCII, which VIQR does not use, are read as Latin-1."""
    return _SEQUENCE.sub(lambda match: match[1] or _LETTERS.get(match[0], match[0]), data.decode("latin1"))


# The marks that a decoder would join to each letter or sequence when they follow it.
_TAKES = {"a": "(^", "e": "^", "o": "^+", "u": "+"}
_TONES = "".join(TONE_MARKS.values())
_OPEN = {sequence: _TAKES.get(stem, "") + _TONES for stem in _STEMS.values() for sequence in (stem, stem.upper())}


def write(text: str) -> bytes:
    """The ASCII bytes of `text`, with a backslash before each character that a decoder would take for a mark."""
    out = []
    joins = ""
    for letter, following in zip(text, (text + " ")[1:], strict=True):
        literal = letter in joins or letter == "\\" or (letter in "dD" and following in "dDđĐ")
        sequence = "\\" + letter if literal else _SEQUENCES.get(letter, letter)
        joins = _OPEN.get(sequence, "")
        out.append(sequence)
    return "".join(out).encode("ascii")


def holds(letter: str) -> bool:
    """Whether one character can be written."""
    return letter.isascii() or letter in _SEQUENCES
