"""The values that the filters take beside codes: a year, a number, a record."""

import math

from geo.errors import BadQuery
from geo.ocop.collections import COLLECTIONS
from geo.ocop.layers import LAYERS
from geo.schema import Filter


def number_of(text: str) -> float | None:
    """A finite number of at least 0; None for any other text.

    >>> number_of("2.5"), number_of("-1"), number_of("nan"), number_of("1e999"), number_of("five"), number_of("٣")
    (2.5, None, None, None, None, None)
    """
    if not text.isascii():  # float() reads the digits of every script
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 and "_" not in text else None


def record_of(text: str) -> tuple[str, str] | None:
    """Layer and key of a record written layer/key; None for any other text.

    >>> record_of("products/R03"), record_of("products/a/b"), record_of("products"), record_of("houses/1")
    (('products', 'R03'), ('products', 'a/b'), None, None)
    """
    layer, _, key = text.partition("/")
    return (layer, key) if layer in LAYERS and key else None


def check_values(row: Filter, values: tuple[str, ...]) -> None:
    """Raise BadQuery for a value that a filter by unit, year, number or record cannot compare, or for two numbers."""
    is_integer = _is_integer(row)
    for value in values:
        if is_integer and not (value.isascii() and value.isdigit()):
            raise _refusal(row, value, "a whole number, for example 2025", "một số nguyên, ví dụ 2025")
        if row.kind == "year" and not (len(value) == 4 and value.isascii() and value.isdigit()):
            raise _refusal(row, value, "a year, for example 2025", "một năm, ví dụ 2025")
        if row.kind == "unit" and not (value.isascii() and value.isdigit()):
            raise _refusal(
                row,
                value,
                f"the code of a unit in digits; names and codes stand at /{row.unit}",
                f"mã đơn vị hành chính bằng chữ số; tên và mã có tại /{row.unit}",
            )
        if row.kind == "most" and (number_of(value) is None or len(values) > 1):
            raise _refusal(
                row, ",".join(values), "one number of at least 0, for example 5", "một số từ 0 trở lên, ví dụ 5"
            )
        if row.kind == "record" and record_of(value) is None:
            raise _refusal(
                row,
                value,
                "layer/code of a record, for example products/R03",
                "lớp/mã của một bản ghi, ví dụ products/R03",
            )


def _is_integer(row: Filter) -> bool:
    """Whether a filter compares a whole number that is no code of a list."""
    if row.kind != "value" or row.codes is not None:
        return False
    names = [(layer, name) for layer in row.fields for name in row.fields_of(layer)]
    return bool(names) and all(COLLECTIONS[layer].field(name).kind == "integer" for layer, name in names)


def _refusal(row: Filter, value: str, expected: str, can: str) -> BadQuery:
    return BadQuery(f"{row.param}={value!r}: expected {expected}.", f"{row.param}={value!r}: cần {can}.")
