"""Whether a word is a Vietnamese syllable (onset, rhyme, tone), and how frequent its letters are."""

import re
import unicodedata
from functools import lru_cache

from geo.encodings.letters import ACUTE, DOT, parts

ONSETS = (
    "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph", "qu",
    "r", "s", "t", "th", "tr", "v", "x",
)  # fmt: skip

# Nucleus, which of its vowels may carry the tone, and the codas that it takes ('-' is none).
# Besides the standard language: rhymes of Thai and H'Mông place names (Leng, Mơng, Noong).
_RHYMES = (
    ("a", (0,), "- c ch i m n ng nh o p t u y"),
    ("ă", (0,), "c m n ng p t"),
    ("â", (0,), "c m n ng p t u y"),
    ("e", (0,), "- c m n ng o p t"),
    ("ê", (0,), "- ch m n ng nh p t u"),
    ("i", (0,), "- ch m n nh p t u"),
    ("ia", (0,), "-"),
    ("iê", (1,), "c m n ng p t u"),
    ("o", (0,), "- c i m n ng p t"),
    ("oo", (1,), "c ng"),
    ("oa", (0, 1), "-"),
    ("oa", (1,), "c ch i m n ng nh o p t y"),
    ("oă", (1,), "c m n ng p t"),
    ("oe", (0, 1), "-"),
    ("oe", (1,), "m n o t"),
    ("ô", (0,), "- c i m n ng p t"),
    ("ơ", (0,), "- i m n ng p t"),
    ("u", (0,), "- c i m n ng p t"),
    ("ua", (0,), "-"),
    ("uâ", (1,), "c n ng t y"),
    ("uê", (1,), "- ch n nh"),
    ("uô", (1,), "c i m n ng t"),
    ("uơ", (1,), "-"),
    ("uy", (0, 1), "-"),
    ("uy", (1,), "a ch n nh p t u"),
    ("uyê", (2,), "n t"),
    ("ư", (0,), "- c i m n ng p t u"),
    ("ưa", (0,), "-"),
    ("ươ", (1,), "c i m n ng p t u"),
    ("y", (0,), "- ch nh t"),
    ("yê", (1,), "m n ng t u"),
)
_SEATS: dict[str, set[int]] = {}
for _nucleus, _seats, _codas in _RHYMES:
    for _coda in _codas.split():
        _SEATS.setdefault(_nucleus + _coda.replace("-", ""), set()).update(_seats)

_FRONT = tuple("eêiy")
_STOP_CODAS = ("c", "ch", "p", "t")

# Letters by frequency in Vietnamese text: shares of all letters beyond ASCII, counted over the
# Vietnamese message catalogues of the GNU programs (260,000 such letters) and a report on the province.
_USUAL = (
    (0.4, "đôáưàểêộạệảịợố"),  # 2.5 % and more
    (0.2, "ậóầớấùụặỗíọủềìãờế"),  # 1 to 2.5 %
    (-0.2, "ữựâứýúơởỉỏổắửòừồăéẫ"),  # 0.4 to 1 %
    (-0.8, "ỡằẩẽõũĩẻèẵỳẹỹỷễẳỵ"),  # less
)
_WEIGHT = {letter: weight for weight, letters in _USUAL for letter in letters}
IMPOSSIBLE = -5.0
_ODD_CASE = -2.0
# Few Vietnamese words have one letter, but in other encodings signs and letters are often one byte.
_ALONE, _LONE_LETTER = "ởý", -2.6
# Abbreviations in official documents; some columns hold nothing else. Other abbreviations count as possible.
_OFFICIAL = frozenset({"QĐ", "NĐ", "HĐ", "HĐND", "TĐ", "QSDĐ", "ĐKKD", "ĐT"})
_ABBREVIATION = re.compile(r"[BCDGHKLMNPQRSTVXĐ]{1,6}")


def is_syllable(word: str) -> bool:
    """Whether small NFC letters spell one syllable, tone on a vowel that may carry it.

    >>> [is_syllable(word) for word in ("điện", "đieện", "nghiêng", "ngiêng", "tác", "tàc", "hòa", "hoà")]
    [True, False, True, False, True, False, True, True]
    """
    pairs = [parts(letter) for letter in word]
    tones = [(place, tone) for place, (_, tone) in enumerate(pairs) if tone]
    bare = "".join(vowel for vowel, _ in pairs)
    return len(tones) <= 1 and any(_reads(bare, onset, tones) for onset in ("", *ONSETS))


def _reads(bare: str, onset: str, tones: list[tuple[int, str]]) -> bool:
    rhyme = bare[len(onset) :]
    if not bare.startswith(onset) or rhyme not in _SEATS or not _spells(onset, rhyme):
        return False
    if not tones:
        return not rhyme.endswith(_STOP_CODAS)
    place, tone = tones[0]
    return place - len(onset) in _SEATS[rhyme] and (tone in (ACUTE, DOT) or not rhyme.endswith(_STOP_CODAS))


def _spells(onset: str, rhyme: str) -> bool:
    if onset in ("gh", "ngh"):
        return rhyme.startswith(_FRONT)
    if onset in ("c", "ng"):
        return not rhyme.startswith(_FRONT)
    return onset != "g" or not rhyme.startswith(("e", "ê", "y", "ia", "iê"))


@lru_cache(maxsize=65536)
def likelihood(word: str) -> float:
    """The score of a word with letters beyond ASCII as Vietnamese; 0 is average, IMPOSSIBLE is not Vietnamese.

    The word is NFC, of letters and marks only; its case counts too: `tRầN` is odd.
    """
    small = word.lower()
    if not is_syllable(small):
        if word in _OFFICIAL:
            return 0.4
        return -1.0 if _ABBREVIATION.fullmatch(word) and "Đ" in word else IMPOSSIBLE
    usual = sum(_WEIGHT.get(letter, 0.0) for letter in small) if len(small) > 1 or small in _ALONE else _LONE_LETTER
    return usual if small in (word, word[0].lower() + word[1:]) or word.isupper() else usual + _ODD_CASE


# Signs that are written before and after words without a space.
_EDGES = "“”‘’„‚–—…•\u00a0"
_SIGNS = re.compile(r"\W*[A-Za-z]{0,4}[²³¹°º½¼¾±€£¥™©®]+[A-Za-z]{0,2}|[µμ][a-z]")
SIGN = -1.0
FOREIGN = -2.5
_GARBAGE = -6.0


@lru_cache(maxsize=65536)
def foreignness(word: str) -> float:
    """The score of a word with letters beyond ASCII as text of another language, or as a sign such as m².

    >>> foreignness("Köln"), foreignness("m²"), foreignness("§iÖn")
    (-2.5, -1.0, -6.0)
    """
    inner = word.strip(_EDGES + "«»×")
    if not inner:
        return 0.0
    if inner.isascii() or _SIGNS.fullmatch(inner):
        return SIGN
    if any(unicodedata.category(letter) not in _LETTER or letter in "ªºµ" for letter in inner):
        return _GARBAGE if len(inner) > 1 else SIGN
    odd = not (inner[1:].islower() or inner.isupper() or inner.lower() == inner.upper() or len(inner) == 1)
    return FOREIGN + (_ODD_CASE if odd else 0.0)


_LETTER = ("Lu", "Ll", "Lm", "Lo", "Mn", "Mc")


def words_of(text: str) -> list[str]:
    """The words of `text` with characters beyond ASCII, including signs attached to them.

    >>> words_of("xã Nà Tấu, 25°C; x·-§iÖn")
    ['xã', 'Nà', 'Tấu', '°C', 'x·', '§iÖn']
    """
    return [word[:_LONGEST] for word in _WORD.findall(text) if not word.isascii() or _CONTROL.search(word)]


_LONGEST = 80  # the beginning is evidence enough, and regular expressions take more than linear time


# Some capitals of VISCII are control characters, so these count as letters here.
_WORD = re.compile(r"[^\t\n\r -@\[-`{-~\x7f]+")
_CONTROL = re.compile(r"[\x02\x05\x06\x14\x19\x1e]")


def reading(word: str) -> float:
    """The `likelihood` of a decoded word, which may have quotes or dashes; SIGN for a word without letters.

    >>> reading("“Điện–Biên”") > 0, reading("25m²"), reading("§iÖn")
    (True, -1.0, -5.0)
    """
    fragments = [part for part in _SIGN.split(word) if not part.isascii()]
    return min(map(likelihood, fragments), default=SIGN)


_SIGN = re.compile(f"[{_EDGES}²³°±€™«»-]+")
