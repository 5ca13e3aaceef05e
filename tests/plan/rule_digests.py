"""What each rule of each indicator gives in the province of hand_world: `python -m tests.plan.rule_digests` writes the table."""

import csv
import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

from geo.plan import Frame, compute
from geo.plan.indicators import INDICATORS
from tests.plan.hand_world import AT, hand_world

TABLE = Path(__file__).with_name("rule_digests.csv")
_CASES = (
    AT,
    replace(AT, on=date(2024, 12, 31), km=15.0, days=366),
    replace(AT, frame=Frame.COMMUNES, unit="00002"),
    replace(AT, frame=Frame.DISTRICTS, unit="101"),
    replace(AT, frame=Frame.OLD_COMMUNES, unit="00011"),
)


def digests() -> dict[tuple[str, int], str]:
    """Key of an indicator and number of a rule -> SHA-256 in hex of its figures for some parameters."""
    records = hand_world()
    return {
        (key, number): hashlib.sha256(
            "".join(
                compute(records, key, case, number).digest for case in _CASES if row.by_unit or case.unit is None
            ).encode()
        ).hexdigest()
        for key, row in INDICATORS.items()
        for number in range(1, row.rule_number + 1)
    }


def recorded() -> dict[tuple[str, int], str]:
    """The same as the table has it."""
    with TABLE.open(encoding="utf-8", newline="") as table:
        return {(row["indicator"], int(row["rule"])): row["digest"] for row in csv.DictReader(table)}


if __name__ == "__main__":
    with TABLE.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("indicator", "rule", "digest"))
        writer.writerows((*name, digest) for name, digest in digests().items())
