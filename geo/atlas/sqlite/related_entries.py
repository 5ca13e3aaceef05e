"""A link to a related record as JSON with placeholders, for the `links` of features of OGC API - Features.

Root URL and query of a link (such as ?lang=en) depend on the request. In the stored JSON the bytes 01, 02 and 03 stand
for them, as no JSON text holds unescaped control characters; fill_addresses replaces them.
"""

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

import orjson

from geo.atlas.model import UrlAffixes
from geo.ocop.collections import LINK_LAYER
from geo.ocop.links import LINKS
from geo.schema import KeyLink, LinkSpec

_BEGIN, _END, _MORE = b"\x01", b"\x02", b"\x03"
"""Placeholders of the root URL, of the query, and of the query behind a path that has parameters of its own."""
_SPECS = {spec.name: spec for spec in LINKS}


class End(NamedTuple):
    """A record as the end of a link: the percent-encoded path of its page, and its title as JSON without quotes."""

    path: bytes
    title: bytes


def end_of(layer: str, key: str, title: str) -> End:
    """A record of a layer, by its key and its title, as the end of a link."""
    path = f"/collections/{layer}/items/{quote(key, safe='')}"
    return End(path.encode(), orjson.dumps(title)[1:-1])


def entry_to(end: End, link: str, *, back: bool) -> bytes:
    """The link of a record to another one by a row of LINKS; `back` when that record is the source."""
    label, kind = _words(link, back)
    return _entry(end.path + _END, label + end.title, kind)


def entry_to_end(end: End, link: str) -> bytes:
    """The link of a record of the layer of links to one of the two records that it connects."""
    return _entry(end.path + _END, end.title, _words(link, False)[1])


def has_list(link: str, *, back: bool) -> bool:
    """Whether a query lists all records that a record has one kind of link to, or that have one to it."""
    spec = _SPECS[link]
    return spec.visible or (back and isinstance(spec, KeyLink))


def entry_to_all(link: str, record: str, many: int, *, back: bool) -> bytes:
    """The link to the list of all records that a record has one kind of link to, where there is one."""
    spec = _SPECS[link]
    title = orjson.dumps(f"{_label(spec, back)}: tất cả {many} / all {many}")[1:-1]
    return _entry(_all_of(spec, back, record), title, orjson.dumps(link))


def fill_addresses(related: bytes | None, affixes: UrlAffixes) -> bytes:
    """The members of a record's array `links` with complete URLs; empty for a record without links."""
    if related is None:
        return b""
    more = affixes.end.replace(b"?", b"&")
    return related.replace(_BEGIN, affixes.begin).replace(_END, affixes.end).replace(_MORE, more)


@lru_cache
def _words(link: str, back: bool) -> tuple[bytes, bytes]:
    """The beginning of the titles of links of one kind, as JSON without quotes, and the kind as JSON."""
    return orjson.dumps(f"{_label(_SPECS[link], back)}: ")[1:-1], orjson.dumps(link)


def _label(spec: LinkSpec, back: bool) -> str:
    label = spec.inverse if back else spec.label
    return f"{label.vi} / {label.en}"


def _entry(path: bytes, title: bytes, kind: bytes) -> bytes:
    """A link as JSON text with placeholders, which orjson would escape; a percent-encoded path needs no escaping."""
    return b'{"rel":"related","type":"application/geo+json","href":"%b%b","title":"%b","link":%b}' % (
        _BEGIN, path, title, kind,
    )  # fmt: skip


def _all_of(spec: LinkSpec, back: bool, record: str) -> bytes:
    """The path and query of that list: of links, or of the records whose field has the key where links are hidden."""
    if spec.visible or not isinstance(spec, KeyLink):
        end = "target_id" if back else "source_id"
        return f"/collections/{LINK_LAYER.name}/items?link={spec.name}&{end}={quote(record, safe='')}".encode() + _MORE
    literal = record.replace("'", "''")
    holds = quote(f"A_CONTAINS({spec.field},('{literal}'))", safe="")
    return f"/collections/{spec.source}/items?filter={holds}".encode() + _MORE
