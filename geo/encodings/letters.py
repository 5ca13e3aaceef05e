"""The Vietnamese letters beyond ASCII: 67 small letters, their capitals, and their base letters and tones."""

import unicodedata

GRAVE, HOOK, TILDE, ACUTE, DOT = "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"
TONES = (GRAVE, HOOK, TILDE, ACUTE, DOT)

VOWELS = "aăâeêioôơuưy"


def add_tone(vowel: str, tone: str) -> str:
    """`vowel` carrying `tone` (one of TONES, or nothing), composed.

    >>> add_tone("ê", DOT), add_tone("Ơ", "")
    ('ệ', 'Ơ')
    """
    return unicodedata.normalize("NFC", vowel + tone)


_SMALL_VOWELS = tuple(add_tone(vowel, tone) for vowel in VOWELS for tone in ("", *TONES))
SMALL = (*(letter for letter in _SMALL_VOWELS if not letter.isascii()), "đ")
LETTERS = SMALL + tuple(letter.upper() for letter in SMALL)

_PARTS = {add_tone(vowel, tone): (vowel, tone) for vowel in VOWELS + VOWELS.upper() for tone in ("", *TONES)}


def parts(letter: str) -> tuple[str, str]:
    """The letter without its tone, and the tone; a letter that takes no tone comes back with none.

    >>> parts("Ệ") == ("Ê", DOT), parts("đ"), parts("b")
    (True, ('đ', ''), ('b', ''))
    """
    return _PARTS.get(letter, (letter, ""))
