"""The features of a collection over HTTP: a page of them asked by address or by POST, and one of them."""

import datetime as dt
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

import orjson
from flask import Flask, Response, current_app, g, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import UnsupportedMediaType

from geo.atlas import Atlas, Linked, Query
from geo.errors import BadQuery
from geo.settings import Settings
from geo.views.export.download import write_export
from geo.views.formats import FORMATS, file_name
from geo.views.ogc import features
from geo.views.ogc.queryables import PARAMETERS, in_address
from geo.views.ogc.served_crs import CRS84, WGS84_LAT_LNG, Served, served
from geo.web.http import params
from geo.web.http.caching import answered, tag_for
from geo.web.http.negotiate import chosen
from geo.web.http.params import Args
from geo.web.http.urls import Site, SiteUrls
from geo.web.ogc import query
from geo.web.ogc.core import elsewhere
from geo.web.ogc.fast_items import Made, MakeBox, Siblings, made_by

ATLAS_SOURCE = "geo.atlas_source"
"""Where the application keeps what gives the current atlas and those of earlier versions."""

DOCUMENTS = {"json": features.GEOJSON, "html": features.HTML}
FILES = {key: row.media_type for key, row in FORMATS.items() if key != "geojson"}
"""The forms of a page that are files; GeoJSON is the page itself."""

_JSON = {"json", "geojson"}
"""What `f` may say for the page itself."""

_FORM = "application/x-www-form-urlencoded"
_BODIES = {"", _FORM, "application/json", "text/json"}
"""What a search may be sent as; what says nothing of itself is read as JSON."""

_BOX_HERE = "\1"
"""What stands for the box in links that many pages share."""
_IN_LINKS = quote(_BOX_HERE).encode()

_MOST_POSTED = 1_000_000
_MOST_DIGITS = 9


def register(app: Flask, settings: Settings) -> None:
    """Answer the addresses of features."""
    app.add_url_rule("/collections/<layer>/items", view_func=partial(items, settings.max_page), endpoint="items")
    app.add_url_rule("/collections/<layer>/items/<record>", view_func=item)
    app.add_url_rule(
        "/collections/<layer>/search", view_func=partial(search, settings.max_page), endpoint="search_items",
        methods=["POST"],
    )  # fmt: skip


def items(most: int, layer: str) -> Response:
    """A page of a layer's records as GeoJSON in the system asked for, or as a file."""
    args = request.args
    _checked(layer, args)
    form = chosen({**DOCUMENTS, "geojson": features.GEOJSON, **FILES})
    site = SiteUrls().site()
    page = _Page(g.atlas, layer, args, most, partial(_link_to, site, layer, args), site)
    if form == "html":
        kept = {name: ",".join(args.getlist(name)) for name in params.SELECTION if args.get(name)}
        return elsewhere(f"/{layer}", **kept)
    if form in FILES:
        return page.file(form)
    response = answered(lambda: page.body(page.files()), mimetype=features.GEOJSON, shared=True, timed=True)
    response.headers["Content-Crs"] = f"<{page.system.uri}>"
    if not args.get("version"):
        made_by(_Pages(g.atlas, site, layer, most))
    return response


class _Pages(Siblings):
    """The pages of a layer that one caller asks for in one form and system."""

    def __init__(self, atlas: Atlas, site: Site, layer: str, most: int) -> None:
        self.atlas, self.site, self.layer, self.most = atlas, site, layer, most

    def one(self, name: str, address: str, args: Args) -> Made:
        """The page that the parameters ask for."""
        params.only(args, *PARAMETERS, *in_address(self.layer))
        page = self.page(args, args)
        return page.body(page.files()), self.tag(address)

    def boxes(self, args: Args) -> MakeBox | None:
        """How pages are made whose parameters are these but for the box, when it is in degrees and the only one."""
        marked = any(_BOX_HERE in value for _, value in args.items(multi=True))
        if marked or "bbox-crs" in args or len(args.getlist("bbox")) > 1:
            return None
        linked = [(name, _BOX_HERE if name == "bbox" else value) for name, value in args.items(multi=True)]
        return _Boxes(self, self.page(args, MultiDict(linked))).one

    def page(self, args: Args, linked: Args) -> "_Page":
        """The page of some parameters, whose links have others."""
        link_to = partial(_link_to, self.site, self.layer, linked)
        return _Page(self.atlas, self.layer, args, self.most, link_to, self.site)

    def tag(self, address: str) -> str:
        """What the page at an address is known by."""
        return f'W/"{tag_for(self.atlas, self.site.root, address, features.GEOJSON)}"'


class _Boxes:
    """Pages that differ by their box alone: what is the same in all of them is made once."""

    def __init__(self, pages: _Pages, page: "_Page") -> None:
        self._pages, self._page, files = pages, page, page.files()
        # Whether there is a next page is all that links tell of how many records there are.
        self._links = {more: page.links(page.offset + page.limit + more, files) for more in (False, True)}
        self._around = features.around(pages.site.link)

    def one(self, box: str, address: str) -> Made:
        """The page of a box as `bbox` gives it."""
        page = self._page
        query = replace(page.query, bbox=params.box(box))
        found = features.features(page.atlas, query, page.system, page.fields, self._around)
        matched = page.matched(query, found.returned)
        links = self._links[matched > page.offset + page.limit].replace(_IN_LINKS, box.encode())
        return _collection(matched, links, found), self._pages.tag(address)


def search(most: int, layer: str) -> Response:
    """The same page for parameters in the body, where a filter is too long for an address."""
    params.only(request.args, "f")
    chosen({"json": features.GEOJSON})
    request.max_content_length = _MOST_POSTED
    if request.mimetype not in _BODIES:
        raise UnsupportedMediaType
    args = request.form if request.mimetype == _FORM else query.posted(request.get_data())
    if "lang" in args:
        g.lang = params.language(args)
    if "f" in args:
        raise BadQuery("f belongs to the address, not into the body.", "f thuộc về địa chỉ, không phải nội dung.")
    _checked(layer, args)
    site = SiteUrls().site()
    page = _Page(g.atlas, layer, args, most, partial(_link_posted, site, layer, args), site)
    body = page.body()
    response = Response(body, mimetype=features.GEOJSON)
    response.headers["Content-Crs"] = f"<{page.system.uri}>"
    response.headers["Cache-Control"] = "no-store"
    return response


def item(layer: str, record: str) -> Response:
    """One record as a GeoJSON Feature with its links."""
    params.only(request.args, "f", "crs")
    params.layer_name(layer)
    system = _system(request.args)
    if chosen(DOCUMENTS) == "html":
        g.atlas.feature(layer, record)
        return elsewhere(f"/{layer}/{record}")
    site = SiteUrls().site()
    body = features.feature(g.atlas, layer, record, system, site.link)
    response = answered(lambda: body, mimetype=features.GEOJSON, shared=True)
    response.headers["Content-Crs"] = f"<{system.uri}>"
    made_by(_Records(g.atlas, site, layer, system))
    return response


class _Records(Siblings):
    """The records of a layer that one caller asks for in one form and system."""

    def __init__(self, atlas: Atlas, site: Site, layer: str, system: Served) -> None:
        self.atlas, self.site, self.layer, self.system = atlas, site, layer, system

    def one(self, name: str, address: str, args: Args) -> Made:
        """The record of a key."""
        params.only(args, "f", "crs")
        body = features.feature(self.atlas, self.layer, name, self.system, self.site.link)
        return body, f'"{tag_for(self.atlas, self.site.root, address, features.GEOJSON)}"'


def _checked(layer: str, args: Args) -> None:
    """Refuse unknown layers and parameters, and turn to the version that the caller pages through."""
    params.layer_name(layer)
    params.only(args, *PARAMETERS, *in_address(layer))
    number = args.get("version")
    if number:
        if not (number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS):
            raise BadQuery(
                f"version={number!r}: expected the number of a version.", f"version={number!r}: cần số của phiên bản."
            )
        if int(number) != g.atlas.version.number:
            g.atlas = current_app.extensions[ATLAS_SOURCE].at(int(number))


def _system(args: Args) -> Served:
    return served(args["crs"], "crs") if args.get("crs") else served(CRS84, "crs")


def _link_to(site: Site, layer: str, args: Args, rel: str, media_type: str, **changes: str) -> dict[str, Any]:
    # Who asked for JSON by f is a browser that would be led to the page without it.
    kept = {name: value for name, value in params.joined(args).items() if name != "f" or value in _JSON}
    return site.link(rel, f"/collections/{layer}/items", media_type, **kept | changes)


def _link_posted(site: Site, layer: str, args: Args, rel: str, media_type: str, **changes: str) -> dict[str, Any]:
    if media_type == features.HTML:
        return site.link(rel, f"/{layer}", media_type)
    body = params.joined(args) | changes
    return {**site.link(rel, f"/collections/{layer}/search", media_type), "method": "POST", "body": body}


def _collection(matched: int, links: bytes, found: Linked) -> bytes:
    """A FeatureCollection: a page of `matched` records that is made now."""
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    numbers = b'"timeStamp":"%b","numberMatched":%d,"numberReturned":%d' % (now.encode(), matched, found.returned)
    return b'{"type":"FeatureCollection",%b,"links":%b,"features":[%b]}' % (numbers, links, found.features)


class _Page:
    """One page as it was asked for."""

    def __init__(
        self, atlas: Atlas, layer: str, args: Args, most: int, link_to: Callable[..., dict[str, Any]], site: Site
    ) -> None:
        self.atlas, self.layer, self.link_to, self.site = atlas, layer, link_to, site
        self.limit = params.whole_number(args, "limit", min(100, most), least=1, most=most)
        self.offset = params.whole_number(args, "offset", 0)
        self.system = _system(args)
        self.query: Query = replace(query.query_of(layer, args), limit=self.limit, offset=self.offset)
        self.fields = query.properties_of(layer, args)

        # As files name it; none for the coordinates in which everything is kept.
        self.crs = None if self.system.uri in {CRS84, WGS84_LAT_LNG} else f"EPSG:{self.system.uri.rpartition('/')[2]}"
        self.options = {name: args[name] for name in ("encoding", "letters") if args.get(name)}

    def files(self) -> list[str]:
        """The forms of FILES that this very page comes in."""
        if self.fields:
            return []
        kinds = ((key, FORMATS[key]) for key in FILES)
        return [key for key, kind in kinds if self.crs in {None, *kind.crs} and (kind.encodings or not self.options)]

    def body(self, files: Sequence[str] = ()) -> bytes:
        """The FeatureCollection: the ready features between a head and a bracket. `files` are what else it comes in."""
        found = features.features(self.atlas, self.query, self.system, self.fields, features.around(self.site.link))
        matched = self.matched(self.query, found.returned)
        return _collection(matched, self.links(matched, files), found)

    def links(self, matched: int, files: Sequence[str]) -> bytes:
        """The page's links as a JSON array; `matched` records are there in all."""
        return orjson.dumps(list(self._links(matched, files)))

    def file(self, form: str) -> Response:
        """The same records as a file, with what a page says about itself in its headers."""
        if self.fields:
            raise BadQuery(
                f"properties cannot be chosen for f={form}: files hold every property.",
                f"Không chọn properties cho f={form} được: tệp có mọi thuộc tính.",
            )
        matched, kind = self.atlas.count(self.query), FORMATS[form]
        response = answered(partial(self._written, form), mimetype=kind.media_type, shared=True)
        name = file_name(self.layer, form, version=self.atlas.version.number)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        response.headers["Content-Crs"] = f"<{self.system.uri}>"
        response.headers["OGC-NumberMatched"] = str(matched)
        returned = str(max(0, min(self.limit, matched - self.offset)))
        response.headers["OGC-NumberReturned"] = response.headers["X-Feature-Count"] = returned
        if response.status_code == 200:
            response.headers["X-File-SHA256"] = hashlib.sha256(response.get_data()).hexdigest()
        for one in self._links(matched):
            if one["rel"] in {"next", "prev"}:
                response.headers.add("Link", f'<{one["href"]}&f={form}>; rel="{one["rel"]}"; type="{kind.media_type}"')
        return response

    def _written(self, form: str) -> bytes:
        # A page is small by its limit; whole layers go through /export, which keeps them on disk.
        out = io.BytesIO()
        write_export(self.atlas, self.query, form, out, lang=g.lang, crs=self.crs, page=True, **self.options)
        return out.getvalue()

    def matched(self, query: Query, found: int) -> int:
        """How many records a query has in all, told by its page itself where that is the last one."""
        if found < self.limit and (found or not self.offset):
            return self.offset + found
        matched: int = self.atlas.count(query)
        return matched

    def _links(self, matched: int, files: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
        # Whoever follows the links stays in the version that the first page came from: nothing is skipped or told
        # twice while others publish.
        pinned = {"limit": str(self.limit), "version": str(self.atlas.version.number)}
        yield self.link_to("self", features.GEOJSON, limit=str(self.limit), offset=str(self.offset))
        page = self.link_to("alternate", features.HTML, limit=str(self.limit), offset=str(self.offset), f="html")
        yield from self._alternates(page, files)
        if self.offset + self.limit < matched:
            yield self.link_to("next", features.GEOJSON, **pinned, offset=str(self.offset + self.limit))
        if self.offset:
            yield self.link_to("prev", features.GEOJSON, **pinned, offset=str(max(0, self.offset - self.limit)))
        yield self.site.link("collection", f"/collections/{self.layer}")

    def _alternates(self, page: dict[str, Any], files: Sequence[str]) -> Iterator[dict[str, Any]]:
        """What the page comes in beside GeoJSON (Part 1, /req/core/fc-links): HTML, whose link is given, and files."""
        yield page
        # One address is made and the others differ by a word: "=" stands in no value, and no other name ends with f.
        before, _, after = page["href"].rpartition("f=html")
        for form in files:
            yield {"rel": page["rel"], "type": FILES[form], "href": f"{before}f={form}{after}"}
