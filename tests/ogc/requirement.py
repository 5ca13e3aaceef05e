"""Marks a test with the requirements of the OGC standards that it shows to hold; docs/conformance.md lists them."""

from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., object])

HELD: dict[str, list[str]] = {}
"""Requirement -> the tests that show it, filled while the test modules are imported."""


def requirement(*names: str) -> Callable[[F], F]:
    """Note that the test shows these requirements, as the standards name them: core/fc-response."""

    def note(test: F) -> F:
        for name in names:
            HELD.setdefault(name, []).append(
                f"{test.__module__.removeprefix('tests.').removeprefix('ogc.')}.{test.__name__}"
            )
        return test

    return note


PART_1_CORE = (
    "root-op", "root-success", "api-definition-op", "api-definition-success", "conformance-op", "conformance-success",
    "http", "query-param-unknown", "query-param-invalid", "crs84", "fc-md-op", "fc-md-success", "fc-md-links",
    "fc-md-items", "fc-md-items-links", "fc-md-extent", "fc-md-extent-multi", "sfc-md-op", "sfc-md-success", "fc-op",
    "fc-limit-definition", "fc-limit-response-1", "fc-bbox-definition", "fc-bbox-response", "fc-time-definition",
    "fc-time-response", "fc-response", "fc-links", "fc-rel-type", "fc-timeStamp", "fc-numberMatched",
    "fc-numberReturned", "f-op", "f-success", "f-links",
)  # fmt: skip
OTHERS = {
    "geojson": ("definition", "content"),
    "html": ("definition", "content"),
    "oas30": ("oas-definition-1", "oas-definition-2", "oas-impl", "completeness", "exception-codes", "security"),
}
PART_2 = (
    "crs-uri", "fc-md-crs-list", "fc-md-crs-list-global", "fc-md-storageCrs", "fc-md-storageCrs-valid-value",
    "fc-bbox-crs-definition", "fc-bbox-crs-valid-value", "fc-bbox-crs-default-value", "fc-bbox-crs-action",
    "bbox-crs-exception", "fc-crs-definition", "fc-crs-valid-value", "fc-crs-default-value", "fc-crs-action",
    "crs-exception", "ogc-crs-header", "ogc-crs-header-value", "geojson",
)  # fmt: skip
PART_3 = (
    "queryables-get-op", "queryables-get-response", "queryables-link", "filter-param", "filter-lang-param",
    "filter-crs-param", "filter-crs-wgs84", "mixing-expressions", "response", "features-filter",
)  # fmt: skip
"""Without the class that is not declared: custom functions."""
COMMON = (
    "http", "query-param-name-unknown", "query-param-value-invalid", "query-param-list-delimiter",
    "query-param-list-escape", "query-param-list-empty", "query-param-value-integer", "query-param-value-double",
)  # fmt: skip
TILES = {
    "core": (
        "tc-op", "tc-tilematrix-definition", "tc-tilerow-definition", "tc-tilecol-definition", "tc-success", "tc-error",
        "conformance-success",
    ),
    "tileset": ("tileset-description", "conformance-success"),
    "tilesets-list": ("tileset-links", "conformance-success"),
    "dataset-tilesets": ("operation", "landingpage", "conformance-success"),
    "geodata-tilesets": ("operation", "desc-links", "conformance-success"),
    "mvt": ("content",),
    "oas30": ("completeness", "operation-id"),
}  # fmt: skip
CQL2 = (
    "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "case-insensitive-comparison",
    "accent-insensitive-comparison", "basic-spatial-functions", "basic-spatial-functions-plus", "spatial-functions",
    "temporal-functions", "array-functions", "property-property", "arithmetic",
)  # fmt: skip
RECORDS = ("record-collection", "record-core", "record-core-query-parameters", "json")
"""CQL2 and Records by class: most classes of theirs are one requirement, or a form that a document must have."""
ALL = (
    *(f"core/{name}" for name in PART_1_CORE),
    *(f"{group}/{name}" for group, names in OTHERS.items() for name in names),
    *(f"crs/{name}" for name in PART_2),
    *(f"filter/{name}" for name in PART_3),
    "queryables-query-parameters/parameters",
    *(f"common/core/{name}" for name in COMMON),
    *(f"tiles/{group}/{name}" for group, names in TILES.items() for name in names),
    *(f"cql2/{name}" for name in CQL2),
    *(f"records/{name}" for name in RECORDS),
)
_OF_PART_3 = {"queryables": "filter/queryables-", "features-filter": "filter/features-filter"}


def rows_of(uri: str) -> list[str]:
    """The requirements above that belong to a conformance class, by its URI."""
    standard, _, name = uri.removeprefix("http://www.opengis.net/spec/").partition("/1.0/conf/")
    begins = {
        "ogcapi-features-1": f"{name}/",
        "ogcapi-features-2": f"{name}/",
        "ogcapi-features-3": _OF_PART_3.get(name, f"{name}/"),
        "ogcapi-common-1": f"common/{name}/",
        "ogcapi-tiles-1": f"tiles/{name}/",
        "cql2": f"cql2/{name}",
        "ogcapi-records-1": f"records/{name}",
    }[standard]
    exact = standard in {"cql2", "ogcapi-records-1"}
    return [row for row in ALL if row == begins or (not exact and row.startswith(begins))]
