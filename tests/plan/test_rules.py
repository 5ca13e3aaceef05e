"""The rules of indicators: none gives another value under the same number, and former ones are still followed."""

import pytest

from geo.errors import BadQuery
from geo.plan import INDICATORS, compute
from tests.plan.hand_world import AT, hand_world
from tests.plan.rule_digests import digests, recorded

CHANGED = [key for key, row in INDICATORS.items() if row.former_rules]


def test_no_rule_gives_another_value_under_its_number() -> None:
    now, before = digests(), recorded()
    changed = sorted(name for name, digest in before.items() if now.get(name) != digest)
    assert changed == [], (
        "These rules give other figures than before, or are gone. Permanent addresses would give another value: keep the"
        " former rule in `former_rules` of the indicator. Only if hand_world changed, or a figure was wrong by its own"
        " rule, write the table anew with `python -m tests.plan.rule_digests`."
    )
    assert sorted(now) == sorted(before), "write new rules into the table: python -m tests.plan.rule_digests"


def test_the_rules_that_changed_are_known() -> None:
    assert CHANGED == [
        "zones_with_product", "zones_without_product", "products_with_zone", "products_without_zone",
        "products_filled_share",
    ]  # fmt: skip


@pytest.mark.parametrize("key", CHANGED)
def test_a_former_rule_is_followed_and_named(key: str) -> None:
    records, row = hand_world(), INDICATORS[key]
    former, present = compute(records, key, AT, 1), compute(records, key, AT)
    assert former.value != present.value
    assert (former.rule, present.rule) == (row.former_rules[0].rule, row.rule)
    assert former.rule != present.rule
    # The address from the time of the first rule has no number, and its digest stays what it was.
    assert "rule" not in former.address and present.address["rule"] == 2
    assert former.digest != present.digest


def test_a_proposed_zone_counted_as_certain_until_the_rule_changed() -> None:
    records = hand_world()
    former, present = (compute(records, "products_with_zone", AT, number).value for number in (1, 2))
    assert former and present
    assert present.sure == 0 < former.sure <= former.possible == present.possible


def test_the_former_completeness_leaves_the_later_fields_out() -> None:
    records = hand_world()
    former, present = (compute(records, "products_filled_share", AT, number) for number in (1, 2))
    goods = 6
    assert present.denominator and former.denominator
    assert present.denominator.sure - former.denominator.sure == 2 * goods


@pytest.mark.parametrize(
    ("key", "number"), [("products_total", 2), ("products_with_zone", 3), ("products_with_zone", 0)]
)
def test_a_rule_that_an_indicator_never_had_is_refused(key: str, number: int) -> None:
    with pytest.raises(BadQuery, match=f"rule={number}: expected the number of a rule .*{key}"):
        compute(hand_world(), key, AT, number)
