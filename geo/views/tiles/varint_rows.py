"""Rows of different lengths in one flat array: gathered, woven together and packed as protobuf's varints."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]

_LONGER = np.array([1 << 7 * bytes_ for bytes_ in range(1, 5)])


def starts_of(sizes: Array) -> Array:
    """Where each row begins."""
    return np.cumsum(sizes) - sizes


def gathered(flat: Array, starts: Array, sizes: Array) -> Array:
    """The rows of `flat` that begin at `starts`, one after the other."""
    found: Array = flat[np.arange(int(sizes.sum())) + np.repeat(starts - starts_of(sizes), sizes)]
    return found


def woven(*pieces: tuple[Array, Array]) -> tuple[Array, Array]:
    """The first row of each piece, then the second of each, and so on; a piece is a flat array and its sizes."""
    whole = np.sum([sizes for _, sizes in pieces], axis=0)
    made = np.empty(int(whole.sum()), dtype=pieces[0][0].dtype)
    begin = starts_of(whole)
    for flat, sizes in pieces:
        made[np.arange(len(flat)) + np.repeat(begin - starts_of(sizes), sizes)] = flat
        begin = begin + sizes
    return made, whole


def sizes_packed(numbers: Array) -> Array:
    """How many bytes each number takes as a varint."""
    found: Array = np.searchsorted(_LONGER, numbers, side="right") + 1
    return found


def packed(numbers: Array, counts: Array) -> tuple[Array, Array]:
    """Unsigned numbers below 2^35 as varints, `counts` of them in a row: the bytes, and how many each row has."""
    sizes = sizes_packed(numbers)
    ends = np.cumsum(sizes)
    made = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    for byte in range(int(sizes.max(initial=0))):
        long = sizes > byte
        more = np.where(sizes[long] - 1 > byte, 0x80, 0)
        made[(ends - sizes)[long] + byte] = numbers[long] >> 7 * byte & 0x7F | more
    bounds = np.concatenate([[0], ends])[np.concatenate([[0], np.cumsum(counts)])]
    return made, np.diff(bounds)


def unpacked(flat: Array) -> Array:
    """The numbers that varints, one after the other, stand for."""
    last = flat < 0x80
    begins = np.flatnonzero(np.concatenate([[True], last[:-1]])[: len(flat)])
    if not len(begins):
        return np.empty(0, dtype=np.int64)
    number: Array = np.cumsum(last) - last
    place = np.arange(len(flat)) - begins[number]
    found: Array = np.add.reduceat((flat & 0x7F).astype(np.int64) << 7 * place, begins)
    return found


def zigzag(numbers: Array) -> Array:
    """Signed as unsigned, small ones small: 0, -1, 1, -2 are 0, 1, 2, 3."""
    made: Array = numbers << 1 ^ numbers >> 63
    return made


def unzigzag(numbers: Array) -> Array:
    """Unsigned as the signed numbers that they stand for."""
    made: Array = numbers >> 1 ^ -(numbers & 1)
    return made


def joined(pieces: Sequence[bytes]) -> tuple[Array, Array]:
    """Pieces of bytes as a flat array and their sizes."""
    sizes = np.fromiter(map(len, pieces), dtype=np.int64, count=len(pieces))
    return np.frombuffer(b"".join(pieces), dtype=np.uint8), sizes
