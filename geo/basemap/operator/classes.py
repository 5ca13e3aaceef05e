"""The class that an object has in the base map: by its tags in OpenStreetMap, or by the word in a column of classes.

One row is one kind of object. The number of a road says its class in Viet Nam more reliably than its tag `highway`:
QL12 is a national road and ĐT139 a provincial one, whichever value a mapper chose.
"""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

from geo.text import fold

Dimension: TypeAlias = Literal[0, 1, 2]
"""Of a geometry: 0 for points, 1 for lines, 2 for areas."""


class Rule(NamedTuple):
    """The objects with the tag `key`=`value`: their layer and kind, and the dimensions of geometries that are drawn.

    `rank` orders the objects of one kind, 1 first. `min_zoom` replaces the zoom that the kind begins at.
    """

    key: str
    value: str
    layer: str
    kind: str
    dimensions: tuple[Dimension, ...]
    rank: int = 1
    min_zoom: float | None = None


_LINE: tuple[Dimension, ...] = (1,)
_AREA: tuple[Dimension, ...] = (2,)
_SPOT: tuple[Dimension, ...] = (0, 2)  # an area is drawn as a point inside it
_POINT: tuple[Dimension, ...] = (0,)

# Roads: https://wiki.openstreetmap.org/wiki/Vi:Highways
RULES = (
    Rule("highway", "motorway", "roads", "motorway", _LINE),
    Rule("highway", "motorway_link", "roads", "motorway", _LINE, 2, 12),
    Rule("highway", "trunk", "roads", "national", _LINE),
    Rule("highway", "trunk_link", "roads", "national", _LINE, 3, 12),
    Rule("highway", "primary", "roads", "national", _LINE, 2),
    Rule("highway", "primary_link", "roads", "national", _LINE, 3, 12),
    Rule("highway", "secondary", "roads", "provincial", _LINE),
    Rule("highway", "secondary_link", "roads", "provincial", _LINE, 2, 12),
    Rule("highway", "tertiary", "roads", "district", _LINE),
    Rule("highway", "tertiary_link", "roads", "district", _LINE, 2, 13),
    Rule("highway", "unclassified", "roads", "local", _LINE),
    Rule("highway", "road", "roads", "local", _LINE, 2),
    Rule("highway", "residential", "roads", "street", _LINE),
    Rule("highway", "living_street", "roads", "street", _LINE, 2),
    Rule("highway", "pedestrian", "roads", "street", _LINE, 3),
    Rule("highway", "service", "roads", "street", _LINE, 4, 15),
    Rule("highway", "track", "roads", "track", _LINE),
    Rule("highway", "path", "roads", "path", _LINE),
    Rule("highway", "footway", "roads", "path", _LINE, 2, 15),
    Rule("highway", "steps", "roads", "path", _LINE, 2, 15),
    Rule("highway", "bridleway", "roads", "path", _LINE, 2),
    Rule("highway", "cycleway", "roads", "path", _LINE, 2),
    Rule("waterway", "river", "rivers", "river", _LINE),
    Rule("waterway", "stream", "rivers", "stream", _LINE),
    Rule("waterway", "canal", "rivers", "canal", _LINE),
    Rule("waterway", "drain", "rivers", "canal", _LINE, 2, 14),
    Rule("waterway", "ditch", "rivers", "canal", _LINE, 2, 14),
    Rule("waterway", "riverbank", "water", "river_bed", _AREA),
    Rule("water", "river", "water", "river_bed", _AREA),
    Rule("water", "reservoir", "water", "reservoir", _AREA),
    Rule("landuse", "reservoir", "water", "reservoir", _AREA),
    Rule("natural", "water", "water", "lake", _AREA),
    Rule("landuse", "forest", "land", "forest", _AREA),
    Rule("natural", "wood", "land", "forest", _AREA),
    Rule("landuse", "residential", "land", "built_up", _AREA),
    Rule("landuse", "commercial", "land", "built_up", _AREA, 2),
    Rule("landuse", "industrial", "land", "built_up", _AREA, 2),
    Rule("natural", "peak", "summits", "peak", _POINT),
    Rule("mountain_pass", "yes", "summits", "pass", _POINT),
    Rule("natural", "saddle", "summits", "pass", _POINT, 2),
    Rule("amenity", "hospital", "services", "hospital", _SPOT),
    Rule("amenity", "clinic", "services", "health_post", _SPOT),
    Rule("amenity", "doctors", "services", "health_post", _SPOT, 2),
    Rule("amenity", "marketplace", "services", "market", _SPOT),
    Rule("amenity", "bus_station", "services", "bus_station", _SPOT),
    Rule("highway", "bus_stop", "services", "bus_stop", _POINT),
    Rule("amenity", "fuel", "services", "fuel", _SPOT),
    Rule("tourism", "viewpoint", "services", "viewpoint", _SPOT),
    Rule("capital", "4", "places", "seat", _POINT),  # 4 is the administrative level of a province
    Rule("place", "city", "places", "town", _POINT),
    Rule("place", "town", "places", "town", _POINT, 2),
    Rule("place", "village", "places", "village", _POINT),
    Rule("place", "hamlet", "places", "hamlet", _POINT),
    Rule("place", "isolated_dwelling", "places", "hamlet", _POINT, 2),
)
"""Of two rows that fit an object the first counts, for example water=reservoir before natural=water."""

KEYS = tuple(dict.fromkeys(rule.key for rule in RULES))
"""The keys of OpenStreetMap that are read."""

ROAD_NUMBERS = (
    ("CT", "motorway"),
    ("QL", "national"),
    ("ĐT", "provincial"),
    ("DT", "provincial"),
    ("TL", "provincial"),
    ("ĐH", "district"),
    ("DH", "district"),
)
"""The letters before the number of a road, as road signs have them -> its kind."""

_NUMBERED = {"motorway", "national", "provincial", "district", "local"}
_NUMBER = re.compile(r"([^\W\d_]{2})\s*\.?\s*\d", re.UNICODE)

BEYOND = {"seat": "town_beyond", "town": "town_beyond", "village": "village_beyond", "hamlet": "village_beyond"}
"""The kind of a place -> the kind of such a place outside the province."""

WORDS: Mapping[str, tuple[str, str]] = {
    "cao toc": ("highway", "motorway"),
    "duong cao toc": ("highway", "motorway"),
    "quoc lo": ("highway", "trunk"),
    "tinh lo": ("highway", "secondary"),
    "duong tinh": ("highway", "secondary"),
    "huyen lo": ("highway", "tertiary"),
    "duong huyen": ("highway", "tertiary"),
    "duong xa": ("highway", "unclassified"),
    "duong thon": ("highway", "unclassified"),
    "duong ban": ("highway", "unclassified"),
    "duong lien thon": ("highway", "unclassified"),
    "duong pho": ("highway", "residential"),
    "duong do thi": ("highway", "residential"),
    "duong dat": ("highway", "track"),
    "duong mon": ("highway", "path"),
    "song": ("waterway", "river"),
    "suoi": ("waterway", "stream"),
    "kenh": ("waterway", "canal"),
    "muong": ("waterway", "canal"),
    "kenh muong": ("waterway", "canal"),
    "ho": ("natural", "water"),
    "ao": ("natural", "water"),
    "ho ao": ("natural", "water"),
    "lake": ("natural", "water"),
    "ho chua": ("landuse", "reservoir"),
    "rung": ("landuse", "forest"),
    "khu dan cu": ("landuse", "residential"),
    "dinh nui": ("natural", "peak"),
    "nui": ("natural", "peak"),
    "deo": ("mountain_pass", "yes"),
    "pass": ("mountain_pass", "yes"),
    "benh vien": ("amenity", "hospital"),
    "trung tam y te": ("amenity", "hospital"),
    "tram y te": ("amenity", "clinic"),
    "cho": ("amenity", "marketplace"),
    "market": ("amenity", "marketplace"),
    "ben xe": ("amenity", "bus_station"),
    "tram xe buyt": ("highway", "bus_stop"),
    "diem dung xe buyt": ("highway", "bus_stop"),
    "cay xang": ("amenity", "fuel"),
    "cua hang xang dau": ("amenity", "fuel"),
    "diem ngam canh": ("tourism", "viewpoint"),
    "thanh pho": ("place", "city"),
    "thi tran": ("place", "town"),
    "thi xa": ("place", "town"),
    "lang": ("place", "village"),
    "ban": ("place", "village"),
    "thon": ("place", "village"),
    "xom": ("place", "hamlet"),
}  # fmt: skip
"""A word for a class in files of Vietnamese offices, folded (see geo/text.py) -> the tag that means the same."""

_BY_TAG = {(rule.key, rule.value): rule for rule in RULES}
_BY_VALUE = {value: [rule for rule in RULES if rule.value == value] for value in {rule.value for rule in RULES}}


def rule_of_tags(tags: Mapping[str, str], dimension: Dimension) -> Rule | None:
    """The row of RULES for an object with these tags and a geometry of this dimension; None when it is not drawn."""
    rules = [_BY_TAG[tag] for tag in tags.items() if tag in _BY_TAG]
    fitting = [rule for rule in rules if dimension in rule.dimensions]
    return min(fitting, key=RULES.index) if fitting else None


def rule_of_word(word: str, dimension: Dimension) -> Rule | None:
    """The row of RULES for a word in a column of classes: a value of a tag (`primary`), or a key of WORDS.

    >>> rule_of_word("Quốc lộ", 1).kind, rule_of_word("residential", 1).kind, rule_of_word("residential", 2).kind
    ('national', 'street', 'built_up')
    """
    folded = fold(word)
    tag = WORDS.get(folded)
    rules = [_BY_TAG[tag]] if tag else _BY_VALUE.get(folded.replace(" ", "_"), [])
    return next((rule for rule in rules if dimension in rule.dimensions), None)


def kind_of_road(rule: Rule, ref: str | None) -> str:
    """The kind of a road by its number; by `rule` for tracks, ramps and a number without letters of ROAD_NUMBERS.

    >>> kind_of_road(rule_of_word("primary", 1), "ĐT.139"), kind_of_road(rule_of_word("secondary", 1), "QL 12; QL279")
    ('provincial', 'national')
    >>> kind_of_road(rule_of_word("track", 1), "QL12")
    'track'
    """
    if rule.kind not in _NUMBERED or rule.min_zoom is not None:
        return rule.kind
    letters = {match[1].upper() for match in _NUMBER.finditer(ref or "")}
    return next((kind for start, kind in ROAD_NUMBERS if start in letters), rule.kind)
