"""Marks a test with the requirements of OGC API - Features that it shows to hold; docs/conformance.md lists them."""

from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., object])

HELD: dict[str, list[str]] = {}
"""Requirement -> the tests that show it, filled while the test modules are imported."""


def requirement(*names: str) -> Callable[[F], F]:
    """Note that the test shows these requirements (as the standard names them: core/fc-response)."""

    def note(test: F) -> F:
        for name in names:
            HELD.setdefault(name, []).append(f"{test.__module__.rpartition('.')[2]}.{test.__name__}")
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
ALL = (
    *(f"core/{name}" for name in PART_1_CORE),
    *(f"{group}/{name}" for group, names in OTHERS.items() for name in names),
    *(f"crs/{name}" for name in PART_2),
    *(f"filter/{name}" for name in PART_3),
    "queryables-query-parameters/parameters",
)
