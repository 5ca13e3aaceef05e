"""Operations on ragged rows in one flat array (gather, interleave), and packing of numbers as protobuf varints."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]

_LONGER = np.array([1 << 7 * bytes_ for bytes_ in range(1, 5)])


def starts_of(sizes: Array) -> Array:
    """The offset of each row."""
    return np.cumsum(sizes) - sizes


def gather(flat: Array, starts: Array, sizes: Array) -> Array:
    """The rows of `flat` at the offsets `starts` with the lengths `sizes`, concatenated."""
    rows: Array = flat[np.arange(int(sizes.sum())) + np.repeat(starts - starts_of(sizes), sizes)]
    return rows


def interleave(*pieces: tuple[Array, Array]) -> tuple[Array, Array]:
    """The first row of each piece, then the second of each, and so on. A piece, like the result, is (flat, sizes)."""
    whole = np.sum([sizes for _, sizes in pieces], axis=0)
    flat_rows = np.empty(int(whole.sum()), dtype=pieces[0][0].dtype)
    begin = starts_of(whole)
    for flat, sizes in pieces:
        flat_rows[np.arange(len(flat)) + np.repeat(begin - starts_of(sizes), sizes)] = flat
        begin = begin + sizes
    return flat_rows, whole


def varint_sizes(numbers: Array) -> Array:
    """The number of bytes of each number as a varint."""
    sizes: Array = np.searchsorted(_LONGER, numbers, side="right") + 1
    return sizes


def pack(numbers: Array, counts: Array) -> tuple[Array, Array]:
    """Unsigned numbers below 2^35 as varints, and the number of bytes of each row; a row has `counts` numbers."""
    sizes = varint_sizes(numbers)
    ends = np.cumsum(sizes)
    varints = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    for byte in range(int(sizes.max(initial=0))):
        long = sizes > byte
        more = np.where(sizes[long] - 1 > byte, 0x80, 0)
        varints[(ends - sizes)[long] + byte] = numbers[long] >> 7 * byte & 0x7F | more
    bounds = np.concatenate([[0], ends])[np.concatenate([[0], np.cumsum(counts)])]
    return varints, np.diff(bounds)


def unpack(flat: Array) -> Array:
    """The numbers of concatenated varints."""
    last = flat < 0x80
    begins = np.flatnonzero(np.concatenate([[True], last[:-1]])[: len(flat)])
    if not len(begins):
        return np.empty(0, dtype=np.int64)
    number: Array = np.cumsum(last) - last
    place = np.arange(len(flat)) - begins[number]
    numbers: Array = np.add.reduceat((flat & 0x7F).astype(np.int64) << 7 * place, begins)
    return numbers


def zigzag(numbers: Array) -> Array:
    """Protobuf's zigzag encoding of signed numbers: 0, -1, 1, -2 become 0, 1, 2, 3."""
    unsigned: Array = numbers << 1 ^ numbers >> 63
    return unsigned


def unzigzag(numbers: Array) -> Array:
    """The signed numbers of zigzag-encoded ones."""
    signed: Array = numbers >> 1 ^ -(numbers & 1)
    return signed


def concatenate(pieces: Sequence[bytes]) -> tuple[Array, Array]:
    """The concatenated pieces as a flat array, and their sizes."""
    sizes = np.fromiter(map(len, pieces), dtype=np.int64, count=len(pieces))
    return np.frombuffer(b"".join(pieces), dtype=np.uint8), sizes
