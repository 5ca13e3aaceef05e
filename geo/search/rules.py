"""The rules of the search, as one table that the index file carries: Python and the browser read the same values."""

from geo.ocop.spellings import FILLERS, SPELLINGS

MOST_RECORDS = 3_000
"""Records above which no index file is made: the browser asks the server, which looks its candidates up in SQLite."""

CLASSES = {"name": 0, "unit": 0, "field": 1, "address": 2}
"""How well a text says what a record is: its names before its other fields before where it lies.

"unit" is the name of an administrative unit with its kind, such as "Huyện Tủa Chùa".
"""

NUMERALS = {"ii": "2", "iii": "3", "iv": "4", "vii": "7", "viii": "8"}
"""Sources write "Na Sang II" and "Na Sang 2" for the same village. I, V, VI and X are left alone: they are Vietnamese
words or letters of names."""

TONES = "\u0300\u0301\u0303\u0309\u0323"
"""The combining marks of the five tones; they are compared wherever they stand in a word (hoà, hòa)."""

SOUNDS = (("s", "x"), ("ch", "tr"), ("d", "gi", "r"), ("l", "n"), ("f", "ph"))
"""Beginnings of words that sound alike in a dialect of Vietnamese, so that people write one for the other: "khẩu sén"
for khẩu xén, "miến rong" for miến dong. I and y are taken for the same letter too: Nà Hỳ, Nà Hì."""

KEYS = (
    "([a-z])[1-9]+",
    "w",
    "(a)a|(e)e|(o)o|(d)d",
    "([aeiouy])[sfrxj]([aeiouy]?(?:ng|nh|ch|[cmnpt])?)$",
    "([aeiouy](?:ng|nh|ch|[cmnpt]))[sfrxj]$",
)
"""Patterns for the keys by which VNI (digits) and Telex (letters) write diacritics, as they stand in a text that no
input method has read: "Die65n Bie6n", "ddoofi". Each match becomes its groups: the letters without diacritics."""

CONCEPT_WEIGHT = 2
"""How much a spelling counts beside a single word where a query has words that no record has: it names a thing."""

ORDER = ("missing", "wrong", "class", "standing", "marks", "closeness", "begun", "meant", "words")
"""The criteria by which hits are ordered, the first first, the smaller number first.

missing: the weight of the words that the record lacks; 0 but for queries of which no record has every word.
wrong: 1 for each word that only sounds alike, 2 for one with a wrong letter. class: the worst of CLASSES that a word
of the query needs. standing: 0 for what exists, more for former units, outlines of 2009 and figures; one less where the
whole name is the query, and 0 for a unit that is asked for with its kind.
marks: 1 if a word of the query has diacritics that no word of the record has. closeness: 0 if a text equals the query,
1 if it begins with it, 2 if it contains it, 3 if it has all words, 4 if only several texts together have them.
begun: words of the query that are only the beginning of a word. meant: 1 if it matches by another spelling.
words: the length of the shortest text with all words.
Equal hits keep the order of the index (geo/search/index_file.py).
"""

JOINED_FROM = 5
"""Letters from which a word of the query may be several words of a name written without spaces."""

FORGIVEN_FROM = 4
"""Letters from which one wrong letter of a word is forgiven."""

JOINED_FORGIVEN_FROM = 6
"""The same for several words written without spaces."""

MOST_WORDS = 16
"""Words of a query that are compared; those behind them are left out, as each costs as much as the first."""

ALIKE_FROM = 45
"""The share of letter pairs in common with the query, in per cent, from which a name is suggested."""

SUGGESTIONS = 3
"""Names that are suggested at most."""

RULES = {
    "classes": CLASSES,
    "numerals": NUMERALS,
    "tones": TONES,
    "sounds": SOUNDS,
    "keys": KEYS,
    "concept_weight": CONCEPT_WEIGHT,
    "order": ORDER,
    "most_words": MOST_WORDS,
    "joined_from": JOINED_FROM,
    "forgiven_from": FORGIVEN_FROM,
    "joined_forgiven_from": JOINED_FORGIVEN_FROM,
    "alike_from": ALIKE_FROM,
    "suggestions": SUGGESTIONS,
    "spellings": [[row.word, *row.others] for row in SPELLINGS],
    "fillers": FILLERS,
}
"""What the index file carries beside the records."""
