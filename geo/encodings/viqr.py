"""VIQR (RFC 1456): Vietnamese in ASCII, marks typed after the letter, a backslash before what is no mark."""

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
    """The text of `data`; bytes beyond ASCII, which VIQR has no use for, pass as they are."""
    return _SEQUENCE.sub(lambda match: match[1] or _LETTERS.get(match[0], match[0]), data.decode("latin1"))


# What a reader would join to each written letter, were it to follow.
_TAKES = {"a": "(^", "e": "^", "o": "^+", "u": "+"}
_TONES = "".join(TONE_MARKS.values())
_OPEN = {sequence: _TAKES.get(stem, "") + _TONES for stem in _STEMS.values() for sequence in (stem, stem.upper())}


def write(text: str) -> bytes:
    """The ASCII bytes of `text`, with a backslash wherever a reader would take a character for a mark."""
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
