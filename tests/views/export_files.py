"""Exports as bytes and as files, and what the atlas, ogrinfo and pyogrio's GDAL say of them."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from geo.atlas import Atlas, Query
from geo.views.export.download import write_export
from geo.views.formats import file_name


def export(atlas: Atlas, query: Query, key: str, *, lang: str = "vi", crs: str | None = None) -> bytes:
    out = io.BytesIO()
    write_export(atlas, query, key, out, lang=lang, crs=crs)
    return out.getvalue()


def export_to(atlas: Atlas, folder: Path, query: Query, key: str, **options: Any) -> Path:
    path = folder / file_name(query.layer, key, version=3)
    write_export(atlas, query, key, path, **options)
    return path


def ogr(*arguments: str | Path) -> str:
    """The output of the system's ogrinfo, which must print no warning."""
    process = subprocess.run(["ogrinfo", "-ro", *map(str, arguments)], capture_output=True, check=True)
    assert b"ERROR" not in process.stderr, process.stderr.decode()
    return process.stdout.decode()


def export_layer(atlas: Atlas, layer: str, key: str, **options: Any) -> bytes:
    """A whole layer in a format; every record is counted."""
    out = io.BytesIO()
    assert write_export(atlas, Query(layer), key, out, **options) == atlas.count(Query(layer))
    return out.getvalue()


def truth(atlas: Atlas, layer: str) -> dict[str, Any]:
    """The GeoJSON features of a layer by id."""
    return {feature["id"]: feature for feature in map(json.loads, atlas.features(Query(layer)))}


def by_pyogrio(path: Path) -> dict[str, Any]:
    """A layer as read by pyogrio's GDAL, in a new process without the GDAL settings of the import.

    Rows are values by field, with `place`: easting, northing of a point.
    """
    code = (
        "import sys, json, pyogrio, shapely; meta, _, wkb, data = pyogrio.raw.read(sys.argv[1]);"
        "text = lambda value: None if value != value or value is None else getattr(value, 'item', lambda: value)();"
        "rows = [dict(zip(meta['fields'], map(text, row))) for row in zip(*data)];"
        "[row.update(place=one and list(shapely.from_wkb(one).coords[0])) for row, one in zip(rows, wkb)];"
        "print(json.dumps({'crs': meta['crs'], 'rows': rows}, default=str))"
    )
    process = subprocess.run(
        [sys.executable, "-c", code, str(path)], check=True, capture_output=True, text=True, encoding="utf-8"
    )
    layer: dict[str, Any] = json.loads(process.stdout)
    return layer
