"""OGC API - Features, Part 2: coordinates in other systems, held against pyproj and not only against the words."""

from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer
from shapely.geometry import shape

from geo.ocop.collections import COLLECTIONS
from geo.views.ogc.served_crs import CRS84, SERVED_CRS
from tests.ogc.conftest import Service
from tests.ogc.requirement import requirement

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
STATE = "EPSG:6960"
"""The operation that the state's seven parameters are registered as."""
TESTED = ["4326", "3857", "4756", "9205", "3405", "5897"]


def independent(code: str) -> Transformer:
    """pyproj's own way from CRS84 to a system in the authority's axis order, through the registered operation."""
    if CRS(f"EPSG:{code}").geodetic_crs.datum.name.startswith("Vietnam"):  # type: ignore[union-attr]
        shift = Transformer.from_pipeline("EPSG:6960")  # VN-2000 (lat, lng) -> WGS 84 (lat, lng)
        grid = None if code == "4756" else Transformer.from_crs("EPSG:4756", f"EPSG:{code}", always_xy=False)

        class Both:
            def transform(self, lng: Any, lat: Any) -> Any:
                north, east = shift.transform(lat, lng, direction="INVERSE")
                return (north, east) if grid is None else grid.transform(north, east)

        return Both()  # type: ignore[return-value]
    return Transformer.from_crs("OGC:CRS84", f"EPSG:{code}", always_xy=False)


@requirement("crs/crs-uri", "crs/fc-md-crs-list", "crs/fc-md-crs-list-global", "crs/fc-md-storageCrs",
             "crs/fc-md-storageCrs-valid-value")  # fmt: skip
def test_collections_list_their_systems(service: Service) -> None:
    whole = service.get("/collections")
    assert whole["crs"][0] == CRS84 and f"{EPSG}9205" in whole["crs"]
    assert all(one["crs"] == ["#/crs"] for one in whole["collections"])
    for layer in COLLECTIONS:
        one = service.get(f"/collections/{layer}")
        assert one["storageCrs"] in one["crs"]
        assert one["crs"] == whole["crs"] == list(SERVED_CRS)
        service.get(f"/collections/{layer}/items", crs=one["crs"][-1], limit="1")
    for uri in SERVED_CRS:
        authority, _, code = uri.removeprefix("http://www.opengis.net/def/crs/").split("/")
        assert CRS.from_authority(authority, code)


@requirement("crs/fc-crs-definition", "crs/fc-crs-valid-value", "crs/fc-crs-action", "crs/geojson", "crs/ogc-crs-header",
             "crs/ogc-crs-header-value")  # fmt: skip
@pytest.mark.parametrize("layer", ["sites", "communes"])
@pytest.mark.parametrize("code", TESTED)
def test_coordinates_are_those_of_the_system_in_its_axis_order(service: Service, code: str, layer: str) -> None:
    plain = service.get(f"/collections/{layer}/items", limit="20")["features"]
    path, uri = f"/collections/{layer}/items", f"{EPSG}{code}"
    moved = service.get(path, limit="20", crs=uri)["features"]
    assert service.head_of(path, limit="20", crs=uri)["Content-Crs"] == f"<{uri}>"
    project = independent(code)
    metre = 1e-5 if CRS(f"EPSG:{code}").is_geographic else 1.0
    for before, after in zip(plain, moved, strict=True):
        assert (before["id"], before["properties"]) == (after["id"], after["properties"])
        here, there = (shapely.get_coordinates(shape(one["geometry"])) for one in (before, after))
        first, second = project.transform(here[:, 0], here[:, 1])
        assert (
            np.abs(there - np.column_stack([first, second])).max() < 0.002 * metre
        )  # the registered inverse is itself 1.2 mm off: it takes no heights


@requirement("crs/fc-crs-default-value")
def test_without_a_system_answers_are_longitude_and_latitude(service: Service) -> None:
    plain = service.get("/collections/sites/items", limit="5")["features"]
    assert plain == service.get("/collections/sites/items", limit="5", crs=CRS84)["features"]
    assert service.head_of("/collections/sites/items")["Content-Crs"] == f"<{CRS84}>"


def test_one_item_in_the_state_system(service: Service) -> None:
    uri = f"{EPSG}9205"
    one = service.get("/collections/sites/items/H01", crs=uri)
    entry = service.get("/collections/sites/items", ids="H01", crs=uri)["features"][0]
    assert one["geometry"] == entry["geometry"] and one["geometry"]["coordinates"][0] > 100_000
    assert service.head_of("/collections/sites/items/H01", crs=uri)["Content-Crs"] == f"<{uri}>"
    assert service.get("/collections/sites/items/H01", crs="[EPSG:9205]")["geometry"] == one["geometry"]


@requirement("crs/crs-exception", "crs/bbox-crs-exception")
@pytest.mark.parametrize("param", ["crs", "bbox-crs"])
@pytest.mark.parametrize("value", ["http://www.opengis.net/def/crs/0/unsupported", f"{EPSG}99999", "9205", "x"])
def test_other_systems_are_refused(service: Service, param: str, value: str) -> None:
    body = service.get("/collections/sites/items", 400, **{param: value, "bbox": "1,1,2,2"})
    assert param in body["description"]


@requirement("crs/fc-bbox-crs-definition", "crs/fc-bbox-crs-valid-value", "crs/fc-bbox-crs-action")
@pytest.mark.parametrize("layer", ["sites", "communes", "products"])
@pytest.mark.parametrize("code", TESTED)
def test_a_box_in_any_system_keeps_what_meets_it_there(service: Service, code: str, layer: str) -> None:
    """The truth is computed in the box's own system, where it is a rectangle."""
    plain = service.get(f"/collections/{layer}/items", limit="1000")["features"]
    project = independent(code)
    corners = np.array(project.transform(np.array([102.93, 103.07]), np.array([21.33, 21.47]))).T
    lower, upper = corners.min(axis=0), corners.max(axis=0)
    area = shapely.box(lower[0], lower[1], upper[0], upper[1])

    def there(one: Any) -> Any:
        return shapely.transform(
            shape(one["geometry"]), lambda xy: np.column_stack(project.transform(xy[:, 0], xy[:, 1]))
        )

    expected = [one["id"] for one in plain if one["geometry"] is None or there(one).intersects(area)]
    box = ",".join(repr(float(number)) for number in (*lower, *upper))
    page = service.get(f"/collections/{layer}/items", limit="1000", **{"bbox": box, "bbox-crs": f"{EPSG}{code}"})
    assert [one["id"] for one in page["features"]] == expected
    assert 0 < len(expected) < len(plain)


@requirement("crs/fc-bbox-crs-default-value")
def test_a_box_without_a_system_is_longitude_and_latitude(service: Service) -> None:
    box = "102.93,21.33,103.07,21.47"
    plain = service.get("/collections/sites/items", bbox=box)["features"]
    assert plain == service.get("/collections/sites/items", **{"bbox": box, "bbox-crs": CRS84})["features"]
    turned = "21.33,102.93,21.47,103.07"
    assert plain == service.get("/collections/sites/items", **{"bbox": turned, "bbox-crs": f"{EPSG}4326"})["features"]


@pytest.mark.parametrize("box", ["5,5,1,1", "inf,1,2,3", "1e30,1e30,2e30,2e30", "1,2,3"])
def test_a_box_that_is_none_in_its_system_is_refused(service: Service, box: str) -> None:
    service.get("/collections/sites/items", 400, **{"bbox": box, "bbox-crs": f"{EPSG}9205"})


@pytest.mark.parametrize("layer", ["villages", "producers", "sites", "old_communes"])
@pytest.mark.parametrize("uri", SERVED_CRS)
def test_the_hull_of_what_was_answered_holds_every_record(service: Service, uri: str, layer: str) -> None:
    """Coordinates are rounded in their system; a box made from them must not lose the records on its sides."""
    path = f"/collections/{layer}/items"
    placed = [one for one in service.get(path, limit="1000", crs=uri)["features"] if one["geometry"]]
    boxes = [shape(one["geometry"]).bounds for one in placed]
    whole = (*np.min(boxes, axis=0)[:2], *np.max(boxes, axis=0)[2:])
    for box, ids in (
        (whole, {one["id"] for one in placed}),
        *((b, {o["id"]}) for b, o in zip(boxes, placed, strict=True)),
    ):
        text = ",".join(repr(float(number)) for number in box)
        matches = {one["id"] for one in service.get(path, limit="1000", **{"bbox": text, "bbox-crs": uri})["features"]}
        assert ids <= matches, (uri, box)


@pytest.mark.parametrize("code", TESTED)
def test_sides_of_a_box_are_as_curved_as_its_system_makes_them(service: Service, code: str) -> None:
    """Long boxes whose sides pass the outlines of communes by metres or less, in their own system."""
    project = independent(code)
    plain = service.get("/collections/old_communes/items", limit="1000")["features"]
    there = {
        one["id"]: shapely.transform(
            shape(one["geometry"]), lambda xy: np.column_stack(project.transform(xy[:, 0], xy[:, 1]))
        )
        for one in plain
    }
    step = 1e-7 if code in {"4326", "4756"} else 0.01  # a centimetre: pyproj's way back is a millimetre off
    west, south, east, north = shapely.GeometryCollection(list(there.values())).bounds
    whole = (west - step, south - step, east + step, north + step)
    for geometry in list(there.values())[::9]:
        for side in (geometry.bounds[1] - step, geometry.bounds[1] + step):
            box = (whole[0], whole[1], whole[2], side)
            expected = {key for key, other in there.items() if other.intersects(shapely.box(*box))}
            text = ",".join(repr(float(number)) for number in box)
            query = {"limit": "1000", "bbox": text, "bbox-crs": f"{EPSG}{code}"}
            page = service.get("/collections/old_communes/items", **query)
            assert {one["id"] for one in page["features"]} == expected, box
            if code != "4326":
                where = f"S_INTERSECTS(geometry, BBOX({text}))"
                answer = service.client.post(
                    "/collections/old_communes/search",
                    json={"filter": where, "filter-crs": f"{EPSG}{code}", "limit": 1000},
                ).get_json(force=True)
                assert {one["id"] for one in answer["features"]} == expected, where


def test_a_box_of_vn2000_degrees_reaches_the_commune_on_its_side(service: Service) -> None:
    query = {"bbox": "21.1783169,102.2,21.20,103.3", "bbox-crs": f"{EPSG}4756"}
    page = service.get("/collections/old_communes/items", limit="1000", **query)
    assert "03382" in {one["id"] for one in page["features"]}


@pytest.mark.parametrize("box", ["-90,-180,90,180", "-90,102,90,-170", "20,103.9,23,102.9"])
def test_a_box_of_vn2000_degrees_may_be_as_large_as_the_world(service: Service, box: str) -> None:
    """Poles and the antimeridian, which a shift of the datum moves positions across."""
    page = service.get("/collections/sites/items", limit="1000", **{"bbox": box, "bbox-crs": f"{EPSG}4756"})
    south, west, north, east = map(float, box.split(","))
    swapped = f"{west},{south},{east},{north}"
    assert page["numberMatched"] == service.get("/collections/sites/items", bbox=swapped)["numberMatched"]


@pytest.mark.parametrize(
    ("code", "box"),
    [("4326", "104.5,21,103,22"), ("4326", "21.3,102.9123456789,20.1,103"), ("4756", "23,103,22,104"),
     ("9205", "5000000.123,5,1,1"), ("3857", "11370000.25, 1e30,1,2")],
)  # fmt: skip
def test_a_wrong_box_is_quoted_as_it_was_sent(service: Service, code: str, box: str) -> None:
    body = service.get("/collections/sites/items", 400, **{"bbox": box, "bbox-crs": f"{EPSG}{code}"})
    assert f"bbox='{box}'" in body["description"]
