"""The records behind a figure as features for the map of a page, and how certain each is."""

from collections.abc import Iterable
from typing import Any

from geo.atlas import Atlas
from geo.ocop.layers import ON_MAP
from geo.plan.figures import Figure
from geo.plan.records import RecordKey
from geo.views.map.light_features import lighten
from geo.views.map.map_page import MOST_IN_VIEW, Places, feature_view
from geo.views.plan.figure_view import POSSIBLE, SURE, records_by_key


def marks_view(atlas: Atlas, figure: Figure, lang: str) -> dict[str, Any]:
    """The features of the records that belong or may belong to a figure, at most MOST_IN_VIEW, in OGC:CRS84.

    The detail of a feature says whether its record surely belongs. Records of units are given by their codes in `units`
    and `possible_units` instead, since the base map draws them.
    """
    sure, possible = figure.records[:MOST_IN_VIEW], figure.possible_records[:MOST_IN_VIEW]
    if figure.indicator.layer not in ON_MAP:
        return {"features": [], "units": _ids(sure), "possible_units": _ids(possible)}
    features, doubtful = features_view(atlas, (*sure, *possible), lang), {"/".join(key) for key in possible}
    for feature in features:
        certainty = (POSSIBLE if feature["id"] in doubtful else SURE).of(lang)
        feature["properties"]["detail"] = " · ".join(filter(None, (certainty, feature["properties"]["detail"])))
    return {"features": features, "units": [], "possible_units": []}


def features_view(atlas: Atlas, keys: Iterable[RecordKey], lang: str) -> list[dict[str, Any]]:
    """Records as the map draws them, layer by layer: features in OGC:CRS84 with the precision on record.

    Areas have as little detail as a map of the whole province shows.
    """
    records, bounds = records_by_key(atlas, keys), atlas.bounds()
    places = Places(atlas, records.values(), lang)
    features = (feature_view(atlas, record, lang, places) for record in records.values())
    return [lighten(feature, bounds) if bounds else feature for feature in features]


def _ids(keys: Iterable[RecordKey]) -> list[str]:
    return [key for _, key in keys]
