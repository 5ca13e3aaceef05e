"""Responses of OGC API - Features in GeoJSON as a pure function of request and atlas; independent of Flask."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import orjson

from geo.atlas import Atlas, Query
from geo.errors import BadQuery
from geo.ocop.parameters import ITEMS, PARAMETERS, page_limit
from geo.views.formats import FORMATS
from geo.views.ogc import features
from geo.views.ogc.queryables import in_address
from geo.views.ogc.served_crs import CRS84, WGS84_LAT_LNG, ServedCrs, find_crs
from geo.web.http import params
from geo.web.http.caching import NO_CONDITIONS, Conditions, cache_headers, last_modified_of, matching_etag, tag_for
from geo.web.http.paging import NEIGHBOURS
from geo.web.http.params import Args
from geo.web.http.urls import Site
from geo.web.ogc import query

JSON_FORMS = {"json": features.GEOJSON, "geojson": features.GEOJSON}
"""Values of `f` for a page as a FeatureCollection, with their media type."""
FEATURE_FORMS = {"json": features.GEOJSON, "html": features.HTML}
"""Values of `f` for one record, with their media types."""
FILE_FORMS = {key: row.media_type for key, row in FORMATS.items() if key != "geojson"}
"""Values of `f` for a page as a file, with their media types."""
PAGE_FORMS = {**FEATURE_FORMS, **JSON_FORMS, **FILE_FORMS}

_CHANGING = {"f", "version", "limit", "offset"}
"""Parameters in which the links of a page differ from each other."""

LinkTo: TypeAlias = Callable[..., dict[str, Any]]
"""(rel, media type, **changes) -> a link to the page with some of its parameters changed."""


class ItemsRequest(NamedTuple):
    """A GET of /collections/<layer>/items, or of /collections/<layer>/items/<record> when `record` is not empty.

    `address` is path and query as they were sent, for the ETag; `max_page` is the largest `limit`, `most_functions` the
    number of functions that a filter may hold.
    """

    layer: str
    record: str
    args: Args
    address: str
    site: Site
    max_page: int
    most_functions: int
    conditions: Conditions = NO_CONDITIONS


class Answer(NamedTuple):
    """An HTTP response without the headers that http/headers.py adds to every response."""

    status: int
    headers: dict[str, str]
    body: bytes


def answer(request: ItemsRequest, atlas: Atlas) -> Answer:
    """The page as a FeatureCollection, or the record as a Feature: 200, or 304 if the client's copy is valid.

    NotFound for an unknown layer or record, BadQuery for an unknown parameter or an invalid value. `atlas` must be of
    the version that the request names (see version_of).
    """
    check(request)
    if request.record:
        system = system_of(request.args)
        body = features.feature(atlas, request.layer, request.record, system, request.site.link)
        return _answer(request, atlas, system, lambda: body, weak=False)
    page = Page(request, atlas, links_to_page(request))
    # timeStamp makes every response differ in bytes, so its ETag is weak.
    return _answer(request, atlas, page.system, lambda: page.body(page.files()), weak=True)


def _answer(
    request: ItemsRequest, atlas: Atlas, system: ServedCrs, write: Callable[[], bytes], *, weak: bool
) -> Answer:
    tag, last_modified = tag_for(atlas, request.site.root, request.address, features.GEOJSON), last_modified_of(atlas)
    etag = matching_etag(tag, last_modified, request.conditions)
    headers = {
        "Content-Type": features.GEOJSON,
        "Content-Crs": f"<{system.uri}>",
        "Content-Language": request.site.lang,
        "Vary": "Accept, Accept-Encoding",
        **cache_headers(etag or tag, last_modified, cors=True, weak=weak),
    }
    return Answer(304, headers, b"") if etag else Answer(200, headers, write())


def check(request: ItemsRequest) -> None:
    """Raise NotFound for an unknown layer, BadQuery for an unknown parameter or an invalid version."""
    if request.record:
        params.only(request.args, "f", "crs")
    params.layer_name(request.layer)
    if not request.record:
        params.only(request.args, *ITEMS, *in_address(request.layer))
        version_of(request.args)


def version_of(args: Args) -> int | None:
    """The parameter `version`, which links to further pages carry; None without it, for the current version."""
    text = args.get("version")
    if not text:
        return None
    number = params.digits(text)
    if number is None or number > (PARAMETERS["version"].most or 0):
        raise BadQuery(
            f"version={text!r}: expected the number of a version.", f"version={text!r}: cần số của phiên bản."
        )
    return number


def system_of(args: Args) -> ServedCrs:
    """The CRS of the response, from the parameter `crs`."""
    return find_crs(args["crs"], "crs") if args.get("crs") else find_crs(CRS84, "crs")


def links_to_page(request: ItemsRequest) -> LinkTo:
    """The function that makes links to pages of a checked request; the unchanging parameters are encoded once."""
    parameters = params.join_values(request.args)
    # f=json is kept, as a browser would otherwise follow the link to the HTML page.
    own = {name: request.args[name] for name in ("f", "version") if request.args.get(name)}
    if own.get("f") not in JSON_FORMS:
        own.pop("f", None)
    others = {name: value for name, value in parameters.items() if name not in _CHANGING}
    base = request.site.address(f"/collections/{request.layer}/items", **others)
    return partial(_link, f"{base}{'&' if '?' in base else '?'}", request.site.lang, own)


def _link(base: str, lang: str, own: dict[str, str], rel: str, media_type: str, **changes: str) -> dict[str, Any]:
    """A link object; the changed parameters are numbers and format keys, which need no percent-encoding."""
    query = "&".join([f"{name}={value}" for name, value in (own | changes).items()])
    return {"rel": rel, "type": media_type, "hreflang": lang, "href": base + query}


class Page:
    """One page of a layer's records: the query, its links and its FeatureCollection.

    BadQuery when a parameter has an invalid value.
    """

    def __init__(self, request: ItemsRequest, atlas: Atlas, link_to: LinkTo) -> None:
        self.atlas, self.layer, self.site, self._link_to = atlas, request.layer, request.site, link_to
        args = request.args
        self.limit = params.limit(args, page_limit(request.max_page))
        self.offset = params.offset(args)
        self.system = system_of(args)
        self.query: Query = query.query_of(
            self.layer, args, limit=self.limit, offset=self.offset, most_functions=request.most_functions
        )
        self.fields = query.properties_of(self.layer, args)

        # The CRS of a page as a file; None for longitude and latitude, in which the atlas stores geometries.
        self.crs = None if self.system.uri in {CRS84, WGS84_LAT_LNG} else f"EPSG:{self.system.uri.rpartition('/')[2]}"
        self.options = {name: args[name] for name in ("encoding", "letters") if args.get(name)}

    def files(self) -> list[str]:
        """The keys of FILE_FORMS in which this page is available."""
        if self.fields:
            return []
        kinds = ((key, FORMATS[key]) for key in FILE_FORMS)
        return [key for key, kind in kinds if self.crs in {None, *kind.crs} and (kind.encodings or not self.options)]

    def body(self, files: Sequence[str] = ()) -> bytes:
        """The FeatureCollection as JSON, with links to `files`, keys of other formats of the page."""
        page = features.features(self.atlas, self.query, self.system, self.fields, features.url_affixes(self.site.link))
        matched = self._count_matches(page.returned)
        links = orjson.dumps(list(self.links(matched, files)))
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        numbers = b'"timeStamp":"%b","numberMatched":%d,"numberReturned":%d' % (now.encode(), matched, page.returned)
        return b'{"type":"FeatureCollection",%b,"links":%b,"features":[%b]}' % (numbers, links, page.features)

    def _count_matches(self, returned: int) -> int:
        """How many records the query matches; the last page, which is not full, gives the number without a count."""
        if returned < self.limit and (returned or not self.offset):
            return self.offset + returned
        return self.atlas.count(self.query)

    def links(self, matched: int, files: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
        """Links to this page, its other formats, the previous and next page, and the collection."""
        # next and prev stay in the version of this page, so that a publication neither skips nor repeats records.
        in_version = {"limit": str(self.limit), "version": str(self.atlas.version.number)}
        here = {"limit": str(self.limit), "offset": str(self.offset)}
        yield self._link_to("self", features.GEOJSON, **here)
        # Part 1, /req/core/fc-links: the other formats of this page.
        for form in ("html", *files):
            yield self._link_to("alternate", PAGE_FORMS[form], **here, f=form)
        for rel, find_offset in NEIGHBOURS.items():
            offset = find_offset(self.offset, self.limit, matched)
            if offset is not None:
                yield self._link_to(rel, features.GEOJSON, **in_version, offset=str(offset))
        yield self.site.link("collection", f"/collections/{self.layer}")
