"""The kinds of formula that indicators are made of: counts, shares and sums over the records in the chosen scope."""

from collections.abc import Collection

import numpy as np

from geo.ocop.layers import LAYERS
from geo.plan.cohorts import cohort_of
from geo.plan.figures import Formula, Interval, Outcome, Parameters
from geo.plan.memberships import memberships, scope
from geo.plan.records import Records
from geo.plan.selections import Condition, Selection, counted, due, everything, filled, numbers, one_of, shared, summed
from geo.schema import Label

FEWEST_HOUSEHOLDS = 3
"""Sums of fewer households are not shown, so that no figure tells of a single one."""


def in_scope(records: Records, layer: str, parameters: Parameters) -> Selection:
    """The records of a layer that the parameters limit a figure to: by unit, products by cohort, zones by crop."""
    selection = scope(records, layer, parameters)
    if layer == "products" and parameters.cohort is not None:
        selection &= members(records, parameters)
    if layer == "zones" and parameters.crop is not None:
        selection &= one_of(records, layer, "crop", {parameters.crop})
    return selection


def members(records: Records, parameters: Parameters) -> Selection:
    """The products of the cohort of the parameters; candidates are possible members. Every product without a cohort."""
    if parameters.cohort is None:
        return everything(records, "products")
    cohort, ids = cohort_of(records, parameters.cohort), records.ids("products")
    is_sure = np.array([key in cohort.members for key in ids], bool)
    is_candidate = np.array([key in cohort.candidates for key in ids], bool)
    return Selection("products", is_sure, is_sure | is_candidate, np.zeros(len(ids), bool))


def count(layer: str, *conditions: Condition, among: Condition | None = None) -> Formula:
    """How many records of a layer, or of those that meet `among`, meet all conditions.

    Unknown where it cannot be decided for any of them: `among` keeps out what the conditions do not apply to.
    """

    def formula(records: Records, parameters: Parameters) -> Outcome:
        scope = in_scope(records, layer, parameters)
        if among is not None:
            scope &= among(records, parameters)
        return counted(records, _all(records, layer, conditions, parameters), scope)

    return formula


def share(layer: str, condition: Condition, *of: Condition) -> Formula:
    """The percentage of the records which meet the conditions `of` that meet `condition` too."""

    def formula(records: Records, parameters: Parameters) -> Outcome:
        whole = in_scope(records, layer, parameters) & _all(records, layer, of, parameters)
        return shared(records, condition(records, parameters), whole)

    return formula


def total(layer: str, field: str) -> Formula:
    """The sum of a field. The value of an area that may reach into other units is not surely that of a unit."""

    def formula(records: Records, parameters: Parameters) -> Outcome:
        is_divisible = LAYERS[layer].dimension == 2 and parameters.unit is not None
        whole = None
        if is_divisible and parameters.unit is not None:
            whole = memberships(records, layer, parameters.frame).wholly_in_unit(parameters.unit)
        expected = due(records, layer, field)
        return summed(records, numbers(records, layer, field), in_scope(records, layer, parameters), whole, expected)

    return formula


def households(layer: str, field: str) -> Formula:
    """The same of households, withheld where it, or the difference of its bounds, is less than FEWEST_HOUSEHOLDS."""
    sum_of_field = total(layer, field)

    def formula(records: Records, parameters: Parameters) -> Outcome:
        outcome = sum_of_field(records, parameters)
        if outcome.value is None:
            return outcome
        sure, possible = outcome.value
        if any(0 < number < FEWEST_HOUSEHOLDS for number in (sure, possible, possible - sure)):
            return outcome._replace(value=None, reason="withheld")
        return outcome

    return formula


def value(layer: str, field: str, *values: object) -> Condition:
    """The field has one of the values; undecided where it has none."""

    def condition(records: Records, _: Parameters) -> Selection:
        return one_of(records, layer, field, values)

    return condition


def has(layer: str, *fields: str) -> Condition:
    """The fields have a value, all of them."""

    def condition(records: Records, _: Parameters) -> Selection:
        selection = everything(records, layer)
        for field in fields:
            selection &= filled(records, layer, field)
        return selection

    return condition


def both(first: Condition, second: Condition) -> Condition:
    """Both conditions."""

    def condition(records: Records, parameters: Parameters) -> Selection:
        return first(records, parameters) & second(records, parameters)

    return condition


def negated(condition: Condition) -> Condition:
    """The opposite condition."""

    def opposite(records: Records, parameters: Parameters) -> Selection:
        return ~condition(records, parameters)

    return opposite


def recorded(layer: str, field: str) -> Formula:
    """How many records have a value in a field that the declaration may not have yet: unknown until it does."""

    def formula(records: Records, parameters: Parameters) -> Outcome:
        inside = in_scope(records, layer, parameters)
        if not LAYERS[layer].has(field):
            return Outcome(None, unknown=records.keys(layer, inside.possible), reason="unknown")
        return counted(records, filled(records, layer, field), inside)

    return formula


def missing(layer: str, *fields: str) -> Label | None:
    """What an office has to record where a field has no value, as the declaration says."""
    tasks = [LAYERS[layer].field(field).task for field in fields]
    hints = [task.hint for task in tasks if task]
    return Label("; ".join(hint.vi for hint in hints), "; ".join(hint.en for hint in hints)) if hints else None


def exactly(number: float) -> Interval:
    """An interval of one number."""
    return Interval(number, number)


def _all(records: Records, layer: str, conditions: Collection[Condition], parameters: Parameters) -> Selection:
    selection = everything(records, layer)
    for condition in conditions:
        selection &= condition(records, parameters)
    return selection
