"""`crs` members of GeoJSON that link to a definition (GeoJSON 2008, 3.2): GDAL would fetch it, so they are refused."""

import json
import mmap
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from geo.errors import BadSource

_KEY = re.compile(rb'"(?:[cC]|\\u00[46]3)(?:[rR]|\\u00[57]2)(?:[sS]|\\u00[57]3)"\s*:\s*(?=\{)')
"""The key "crs" as GDAL matches it: in upper or lower case, letters escaped or not."""
_LINKED = {"link", "url"}
_LINKED_TYPE = re.compile(r"type\W{1,9}(?:link|url)\b", re.IGNORECASE)
_LONGEST = 20_000
"""Bytes of a crs member that are examined."""
_NAME = re.compile(r"https?://(?!(?:www\.)?opengis\.net/)", re.IGNORECASE)


def refuse_linked_crs(path: Path) -> None:
    """Raise BadSource for a GeoJSON file one of whose `crs` members, at whatever depth, is an address to be fetched."""
    for member in _members(path):
        if _is_linked(member):
            raise BadSource(
                f"{path.name} names its coordinate system by an address on the network (crs of type link or url), which"
                " is not fetched. Export the layer again as GeoJSON in WGS 84, or take the member crs out.",
                f"{path.name} ghi hệ toạ độ bằng một địa chỉ mạng (crs kiểu link hoặc url); hệ thống không tải địa chỉ"
                " này. Hãy xuất lại lớp thành GeoJSON ở WGS 84, hoặc bỏ phần crs trong tệp.",
            )


def _members(path: Path) -> Iterator[str]:
    """The beginnings of the file's crs members."""
    if path.stat().st_size == 0:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for key in _KEY.finditer(content):
            yield content[key.end() : key.end() + _LONGEST].decode("utf-8", "replace")


def _is_linked(member: str) -> bool:
    try:
        crs, _ = json.JSONDecoder().raw_decode(member)
    except (ValueError, RecursionError):  # GDAL accepts some invalid JSON
        return _LINKED_TYPE.search(member) is not None
    crs = _lower(crs)
    name = _lower(crs.get("properties")).get("name")
    return str(crs.get("type")).lower() in _LINKED or bool(isinstance(name, str) and _NAME.match(name.strip()))


def _lower(value: Any) -> dict[str, Any]:
    """An object with its keys in lower case, since GDAL ignores case; empty for anything else."""
    return {str(key).lower(): member for key, member in value.items()} if isinstance(value, Mapping) else {}
