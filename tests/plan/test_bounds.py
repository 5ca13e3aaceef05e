"""The truth lies within the bounds of every figure, and among its sure, possible and undecided records, in 1,000 worlds."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from geo.crs import geodesic_distance_m
from geo.plan import Figure, Frame, Parameters, compute
from geo.plan.certificates import quarter
from tests.plan.random_worlds import COMMUNES, FIRST, LAST, Thing, World, ends_of

WORLDS = 1_000
Truth = Callable[[World, Parameters, Thing], bool]


def valid(thing: Thing, on: date) -> bool:
    return any(begin <= on <= ends_of(begin) for begin in thing.truth["begins"])


def lapsed(thing: Thing, on: date) -> bool:
    return any(ends_of(begin) < on for begin in thing.truth["begins"]) and not valid(thing, on)


def ends_within(thing: Thing, first: date, last: date) -> bool:
    return any(first <= ends_of(begin) <= last for begin in thing.truth["begins"])


def lapsing(_: World, at: Parameters, thing: Thing) -> bool:
    return valid(thing, at.on) and ends_within(thing, at.on, at.on + timedelta(days=at.days))


def near(layer: str) -> Truth:
    """A thing of a layer that has a place on record is truly within the distance."""

    def is_near(world: World, at: Parameters, thing: Thing) -> bool:
        others = [one for one in world.things[layer] if one.at is not None]
        return any(geodesic_distance_m(*thing.place, *one.place) <= at.km * 1_000 for one in others)

    return is_near


def zone_of_material(world: World, at: Parameters, thing: Thing) -> bool:
    return any(fed_by(world, thing, zone) for zone in world.things["zones"])


def product_of_crop(world: World, at: Parameters, zone: Thing) -> bool:
    """A product whose material is on record is made of the zone's crop in one of its former districts."""
    products = [one for one in world.things["products"] if one.stated["raw_material"]]
    return any(fed_by(world, product, zone) for product in products)


def fed_by(world: World, product: Thing, zone: Thing) -> bool:
    districts = {world.province.district_of[half] for half in zone.parts}
    return product.truth["material"] == zone.truth["crop"] and world.province.district_of[product.half] in districts


def product_in_half(world: World, at: Parameters, village: Thing) -> bool:
    return village.half in {product.half for product in world.things["products"]}


def makes_valid(world: World, at: Parameters, producer: Thing) -> bool:
    """A product that names the producer is truly valid."""
    made = [one for one in world.things["products"] if one.stated["producer_id"] == producer.id]
    return any(valid(one, at.on) for one in made)


# Of conditions and their opposites one is enough: test_figures.py shows that opposites hold whatever the condition.
COUNTS: dict[str, tuple[str, Truth]] = {
    "products_total": ("products", lambda world, at, thing: True),
    "products_stars_4": ("products", lambda world, at, thing: thing.truth["stars"] == 4),
    "products_valid": ("products", lambda world, at, thing: valid(thing, at.on)),
    "products_lapsed": ("products", lambda world, at, thing: lapsed(thing, at.on)),
    "products_lapsing": ("products", lapsing),
    "products_lapsing_in_quarter": ("products", lambda world, at, thing: ends_within(thing, *quarter(at.on))),
    "products_with_zone": ("products", zone_of_material),
    "products_in_difficulty_zone_1": ("products", lambda world, at, thing: world.province.difficulty[world.province.commune_of[thing.half]] == 1),
    "producers_with_valid_product": ("producers", makes_valid),
    "producers_near_site": ("producers", near("sites")),
    "zones_total": ("zones", lambda world, at, thing: True),
    "zones_with_product": ("zones", product_of_crop),
    "villages_recognised": ("villages", lambda world, at, thing: thing.truth["is_recognised"]),
    "villages_with_product": ("villages", product_in_half),
    "villages_recognised_with_product": ("villages", lambda world, at, thing: thing.truth["is_recognised"] and product_in_half(world, at, thing)),
    "villages_near_site": ("villages", near("sites")),
    "villages_without_site": ("villages", lambda *row: not near("sites")(*row)),
    "sites_near_village": ("sites", near("villages")),
}  # fmt: skip
SUMS = {"zones_area": ("area_ha", 0), "zones_households": ("households", 1)}
SHARES: dict[str, tuple[Truth, Truth]] = {
    "products_valid_share": (lambda world, at, thing: valid(thing, at.on), lambda world, at, thing: thing.truth["was_certified"]),
    "products_precise_share": (lambda world, at, thing: thing.at is not None and thing.stated["precision"] in {"exact", "village"}, lambda *row: True),
}  # fmt: skip


def parameters(world: World) -> Parameters:
    """A random day, distance and number of days, for the province or a random unit of a random frame."""
    chance = world.chance
    frame = Frame(str(chance.choice([*Frame])))
    units = world.records.ids(frame.value)
    return Parameters(
        version=1,
        on=FIRST + timedelta(days=int(chance.integers(0, (LAST - FIRST).days))),
        km=float(chance.uniform(0, 40)),
        days=int(chance.integers(0, 400)),
        frame=frame,
        unit=str(chance.choice(units)) if chance.random() < 0.7 else None,
    )


def halves(thing: Thing) -> list[str]:
    return list(thing.parts) or [thing.half]


def inside(world: World, at: Parameters, thing: Thing) -> bool:
    """Whether a thing, or a part of it, truly lies in the unit of the parameters."""
    return at.unit is None or at.unit in {world.unit(half, at.frame) for half in halves(thing)}


def check(figure: Figure, true_ids: set[str]) -> None:
    """The records that truly belong hold the sure ones, and are possible or undecided; their number is within."""
    sure, possible, unknown = ({one.id for one in keys} for keys in (figure.records, figure.possible_records, figure.unknown_records))  # fmt: skip
    assert not (sure & possible or sure & unknown or possible & unknown)
    assert sure <= true_ids
    assert true_ids <= sure | possible | unknown
    if figure.value is not None:
        assert figure.value.sure <= len(true_ids - unknown) <= figure.value.possible
        assert figure.value == (len(sure), len(sure) + len(possible))


def check_counts(world: World, at: Parameters) -> None:
    for key, (layer, belongs) in COUNTS.items():
        things = [one for one in world.things[layer] if inside(world, at, one)]
        check(compute(world.records, key, at), {one.id for one in things if belongs(world, at, one)})


def check_sums(world: World, at: Parameters) -> None:
    """What truly is in the unit, of the zones whose total is on record, lies between the bounds."""
    for key, (field, place) in SUMS.items():
        figure = compute(world.records, key, at)
        zones = [one for one in world.things["zones"] if one.stated[field] is not None]
        truth = sum(
            amounts[place]
            for zone in zones
            for half, amounts in zone.parts.items()
            if at.unit is None or world.unit(half, at.frame) == at.unit
        )
        if figure.value is not None:
            assert figure.value.sure <= truth <= figure.value.possible
        else:
            assert figure.reason == "withheld" or truth == 0


def check_shares(world: World, at: Parameters) -> None:
    """The share among the records that are not undecided lies between the bounds."""
    for key, (belongs, counts) in SHARES.items():
        figure = compute(world.records, key, at)
        unknown = {one.id for one in figure.unknown_records}
        things = [
            one for one in world.things["products"]
            if inside(world, at, one) and counts(world, at, one) and one.id not in unknown
        ]  # fmt: skip
        if figure.value is None or not things:
            continue
        truth = 100.0 * sum(belongs(world, at, one) for one in things) / len(things)
        assert figure.value.sure - 1e-9 <= truth <= figure.value.possible + 1e-9, key


def check_units(world: World, at: Parameters) -> None:
    """Communes without records, and products per inhabitant, of the records that name or have a place."""
    from geo.plan.memberships import memberships

    def codes(layer: str) -> set[str]:
        rows = zip(world.things[layer], memberships(world.records, layer, Frame.COMMUNES).known, strict=True)
        return {world.province.commune_of[half] for one, is_known in rows if is_known for half in halves(one)}

    holding = {layer: codes(layer) for layer in world.things}
    whole = Parameters(version=1, on=at.on)
    empty = set(COMMUNES) - set().union(*holding.values())
    check(compute(world.records, "communes_without_anything", whole), empty)
    promising = (holding["zones"] & holding["villages"] & holding["sites"]) - holding["products"]
    check(compute(world.records, "communes_to_extend_to", whole), promising)
    if at.unit and at.frame is Frame.COMMUNES:
        figure = compute(world.records, "products_per_10000_people", at)
        unknown = {one.id for one in figure.unknown_records}
        inside_it = [one for one in world.things["products"] if inside(world, at, one) and one.id not in unknown]
        truth = len(inside_it) / world.province.people[at.unit] * 10_000
        assert figure.value is not None
        assert figure.value.sure <= truth <= figure.value.possible


@pytest.mark.parametrize("part", range(4))
def test_the_truth_is_within_the_bounds_in_every_world(part: int) -> None:
    for seed in range(part, WORLDS, 4):
        world = World(seed)
        at = parameters(world)
        try:
            for examine in (check_counts, check_sums, check_shares, check_units):
                examine(world, at)
        except AssertionError as error:
            raise AssertionError(f"world {seed}, {at}") from error


def test_the_bounds_say_something() -> None:
    """They are not as wide as all records: many figures of many worlds are exact, and many are not."""
    exact = open_ = 0
    for seed in range(20):
        world = World(seed)
        at = parameters(world)
        for key in COUNTS:
            value = compute(world.records, key, at).value
            exact += value is not None and value.is_exact
            open_ += value is not None and not value.is_exact
    assert exact > 100 and open_ > 100
