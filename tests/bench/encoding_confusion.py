"""Prints the confusion table of the encoding detector: python -m tests.bench.encoding_confusion."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from random import Random
from time import perf_counter

from geo.encodings import ENCODINGS, convert, detect, encode
from tests.encodings.corpus import NOT_VIETNAMESE, UNITS, VIETNAMESE

SIZES = (1, 3, 10, 1000)
DRAWS = 200


def in_encoding(values: Sequence[str], encoding: str) -> list[str]:
    """The values as a table read as Latin-1 has them; "unicode" for text that was read as it should be."""
    if encoding == "unicode":
        return list(values)
    return [encode(value, encoding, "lower").decode("latin1") for value in values]


def trials(size: int, random: Random) -> Iterator[list[str]]:
    """Columns of `size` values, drawn from one kind of text each."""
    for _ in range(DRAWS):
        kind = random.choice(sorted(VIETNAMESE))
        yield [random.choice(VIETNAMESE[kind]) for _ in range(size)]


def table(size: int, gazetteer: Sequence[str]) -> None:
    """One table: rows are what the column is in, columns what was detected."""
    random = Random(11)
    columns = list(trials(size, random)) if size < 1000 else list(trials(size, random))[:20]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    right: list[float] = []
    wrong: list[float] = []
    sure_and_wrong = 0
    for encoding in ("unicode", *ENCODINGS):
        for column in columns:
            before = in_encoding(column, encoding)
            detection = detect(before, gazetteer=gazetteer)
            good = _same(convert(before, detection), column)
            counts[encoding][detection.encoding if good or detection.encoding != encoding else "(text differs)"] += 1
            (right if good else wrong).append(detection.confidence)
            sure_and_wrong += detection.sure and not good
    _print(size, bool(gazetteer), counts)
    print(
        f"text right in {len(right)} of {len(right) + len(wrong)} columns; mean confidence {_mean(right)} when right, "
        f"{_mean(wrong)} when wrong; sure and wrong: {sure_and_wrong}\n"
    )


def _mean(numbers: Sequence[float]) -> str:
    return f"{sum(numbers) / len(numbers):.2f}" if numbers else "-"


def _same(after: Sequence[str | None], column: Sequence[str]) -> bool:
    # TCVN3 has no accented capitals, so case cannot be asked for.
    return [text and text.lower() for text in after] == [text.lower() for text in column]


def _print(size: int, with_names: bool, table: dict[str, Counter[str]]) -> None:
    names = sorted({name for counts in table.values() for name in counts}, key=lambda name: (name not in table, name))
    print(
        f"columns of {size} value(s){', with the names of the units' if with_names else ''}: is (down), detected (across)"
    )
    print(f"{'':12}" + "".join(f"{name:>11}" for name in names))
    for encoding, counts in table.items():
        print(f"{encoding:12}" + "".join(f"{counts[name] or '.':>11}" for name in names))


def harmless() -> None:
    """Columns that are not Vietnamese: what was detected, and how many values changed."""
    print("not Vietnamese: detected, confidence, values changed")
    for name, column in NOT_VIETNAMESE.items():
        detection = detect(column)
        changed = sum(before != after for before, after in zip(column, convert(column, detection), strict=True))
        print(f"{name:24}{detection.encoding:12}{detection.confidence:6.2f}{changed:4}")


def speed() -> None:
    """100,000 different values, detected and converted."""
    random = Random(5)
    names = [f"{random.choice(UNITS)} {number}" for number in range(100_000)]
    print("\n100,000 different values: seconds to detect, to convert")
    for encoding in ("unicode", *ENCODINGS):
        before = in_encoding(names, encoding)
        start = perf_counter()
        detection = detect(before)
        middle = perf_counter()
        convert(before, detection)
        print(f"{encoding:12}{middle - start:8.2f}{perf_counter() - middle:8.2f}")


if __name__ == "__main__":
    for size in SIZES:
        table(size, ())
    table(1, UNITS)
    harmless()
    speed()
