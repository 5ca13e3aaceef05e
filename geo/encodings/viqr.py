"""VIQR (RFC 1456): Vietnamese in ASCII, marks typed after the letter, a backslash before what is no mark."""

import re

from geo.encodings.letters import ACUTE, DOT, GRAVE, HOOK, TILDE, toned

TONE_MARKS = {GRAVE: "`", HOOK: "?", TILDE: "~", ACUTE: "'", DOT: "."}
_STEMS = {
    "a": "a", "ă": "a(", "â": "a^", "e": "e", "ê": "e^", "i": "i", "o": "o", "ô": "o^", "ơ": "o+",
    "u": "u", "ư": "u+", "y": "y",
}  # fmt: skip


def _small() -> dict[str, str]:
    tones = {"": "", **TONE_MARKS}
    letters = {toned(vowel, tone): stem + tones[tone] for vowel, stem in _STEMS.items() for tone in tones}
    return {letter: written for letter, written in letters.items() if not letter.isascii()} | {"đ": "dd"}


_WRITTEN = _small() | {letter.upper(): written.upper() for letter, written in _small().items()}
_READ = {written: letter for letter, written in _WRITTEN.items()} | {"Dd": "Đ", "dD": "đ"}
_SEQUENCE = re.compile(
    r"\\(.)|[Aa][(^]?['`?~.]?|[Ee]\^?['`?~.]?|[Oo][\^+]?['`?~.]?|[Uu]\+?['`?~.]?|[IiYy]['`?~.]?|[Dd][Dd]", re.DOTALL
)


def read(data: bytes) -> str:
    """The text of `data`; bytes beyond ASCII, which VIQR has no use for, pass as they are."""
    return _SEQUENCE.sub(lambda found: found[1] or _READ.get(found[0], found[0]), data.decode("latin1"))


# What a reader would join to each written letter, were it to follow.
_TAKES = {"a": "(^", "e": "^", "o": "^+", "u": "+"}
_TONES = "".join(TONE_MARKS.values())
_OPEN = {written: _TAKES.get(stem, "") + _TONES for stem in _STEMS.values() for written in (stem, stem.upper())}


def write(text: str) -> bytes:
    """The ASCII bytes of `text`, with a backslash wherever a reader would take a character for a mark."""
    out = []
    joins = ""
    for letter, following in zip(text, (text + " ")[1:], strict=True):
        literal = letter in joins or letter == "\\" or (letter in "dD" and following in "dDđĐ")
        written = "\\" + letter if literal else _WRITTEN.get(letter, letter)
        joins = _OPEN.get(written, "")
        out.append(written)
    return "".join(out).encode("ascii")


def holds(letter: str) -> bool:
    """Whether one character can be written."""
    return letter.isascii() or letter in _WRITTEN
