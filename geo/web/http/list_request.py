"""Requests whose query is read with lists of ids item by item, so that an id may hold a comma."""

import re
from typing import Any
from urllib.parse import parse_qsl

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.utils import cached_property

from geo.ocop.parameters import ID_LISTS
from geo.web.http.params import Args

_LIST = re.compile(rf"(?<![^&])({'|'.join(ID_LISTS)})=([^&]*,[^&]*)")


class QueryParameters(ImmutableMultiDict[str, str]):
    """The parameters of a query; `get` of one that is not there raises no error inside, as Werkzeug's does.

    A page of items looks for some 17 parameters, of which a request has two or three.
    """

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:  # type: ignore[override]
        """The first value of a parameter, converted by `type`; the default when it is not there or cannot be."""
        return super().get(key, default, type) if key in self else default


class ListRequest(Request):
    """A request of Flask; see `args`."""

    @cached_property
    def args(self) -> Args:
        """The parameters of the query; see parse_query."""
        return parse_query(self.query_string)


def parse_query(query: bytes) -> Args:
    """The parameters of a percent-encoded query or form; those of ID_LISTS have one value for every item of the list.

    Commas separate the items; a comma inside an item is percent-encoded (OGC API - Common, Part 1, 8.5).

    >>> parse_query(b"ids=R1,Z9%2C1&bbox=1,2,3,4").getlist("ids")
    ['R1', 'Z9,1']
    """
    items = _LIST.sub(lambda part: "&".join(f"{part[1]}={item}" for item in part[2].split(",")), query.decode())
    return QueryParameters(parse_qsl(items, keep_blank_values=True, errors="werkzeug.url_quote"))
