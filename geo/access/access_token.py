"""The access token of the operator: how one is made, how strong one is at most, and whether two are the same."""

import hmac
import math
import re
import secrets
from itertools import pairwise

from geo.errors import BadSource

LEAST_BITS = 128
"""Entropy below which a token is refused, in bits."""

_HEX = re.compile(r"[0-9a-f-]+|[0-9A-F-]+")
_CLASSES = ((r"[a-z]", 26), (r"[A-Z]", 26), (r"[0-9]", 10), (r"[^a-zA-Z0-9]", 33))
_WORD = re.compile(r"[^\W\d_]?[^\W\d_A-Z]+|[A-Z]+|\d+")
"""A word as people run them together ("MatKhau2026"), or a number."""
_BITS_OF_WORD = 13.0
"""Bits of a word that dice choose from a list of 7,776."""


def make_token() -> str:
    """A new random token of 256 bits, in letters that a shell and an HTTP header take as they are."""
    return secrets.token_hex(32)


def refuse_weak(token: str) -> None:
    """Raise BadSource for a token of less than LEAST_BITS; an empty one means that none is set."""
    bits = math.floor(strength(token))
    if token and bits < LEAST_BITS:
        raise BadSource(
            f"GEO_MANAGE_TOKEN has {len(token)} characters and at most {bits} bits of entropy; at least"
            f" {LEAST_BITS} bits are needed. Make a token with `python app.py token` and set that.",
            f"GEO_MANAGE_TOKEN dài {len(token)} ký tự, độ ngẫu nhiên nhiều nhất {bits} bit; cần ít nhất"
            f" {LEAST_BITS} bit. Hãy tạo mã bằng lệnh `python app.py token` rồi đặt mã đó.",
        )


def strength(token: str) -> float:
    """The most bits of entropy that a token can have, judged by its characters.

    Characters count by the classes that occur, but words count as words: nobody can tell a sentence from chance by its
    length. Repetitions and sequences such as "4444" or "abcd" count nothing.
    """
    new = "".join(letter for at, letter in enumerate(token) if not _follows(token, at))
    if not new:
        return 0.0
    if _HEX.fullmatch(token):
        return 4.0 * len(new.replace("-", ""))
    each = math.log2(sum(size for pattern, size in _CLASSES if re.search(pattern, token)))
    return min(each * len(new), _BITS_OF_WORD * len(_WORD.findall(new)))


def _follows(token: str, at: int) -> bool:
    """Whether a character continues a sequence, or repeats four characters that stood before."""
    last = token[at - 3 : at + 1] if at >= 3 else ""
    steps = {ord(after) - ord(before) for before, after in pairwise(last)}
    return bool(last) and (steps in ({0}, {1}, {-1}) or last in token[:at])


def is_same(given: str, token: str) -> bool:
    """Whether two secrets are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode(), token.encode())
