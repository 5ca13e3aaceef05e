"""The base map for browsers: where its files are, how they are drawn, and whose data they are."""

import gzip
from collections.abc import Mapping
from typing import Any

import orjson

from geo.basemap.declaration import BASE_LAYERS, HILLSHADE, HILLSHADE_KEY
from geo.basemap.ground import Ground
from geo.basemap.style import style_table
from geo.views.notice import in_language

SAVED_BYTES = 1_500_000
"""Most bytes of the base map in a saved map; bands beyond it are left out, and the last that fits is enlarged."""


def terrain_view(ground: Ground, lang: str, root: str) -> dict[str, Any]:
    """The view-model that map/terrain.js reads; addresses begin with the mount path `root` and name the ground."""
    address = f"{root}/base-map/{ground.name}"
    files, shades = f"{address}/{{band}}/{{name}}.json", f"{address}/hillshade/{{z}}/{{x}}/{{y}}.png"
    return {
        "urls": {"file": files, "hillshade": shades},
        "bands": ground.manifest["bands"],
        "box": ground.manifest["box"],
        "hillshade": ground.manifest["hillshade"],
        "style": _style(ground, lang),
    }


def saved_terrain(ground: Ground, lang: str) -> dict[str, Any]:
    """The view-model of a saved map: its bands with the content of their files, as far as SAVED_BYTES allow."""
    bands: list[Mapping[str, Any]] = []
    files: dict[str, Any] = {}
    size = 0
    for band in ground.manifest["bands"]:
        zoom, names = band["zoom"], [row[0] for row in band["files"]]
        bodies = {f"{zoom}/{name}": gzip.decompress(ground.file(zoom, name)) for name in names}
        size += sum(map(len, bodies.values()))
        if size > SAVED_BYTES:
            break
        bands.append(band)
        files |= {key: orjson.Fragment(body) for key, body in bodies.items()}
    return {
        "bands": bands,
        "files": files,
        "box": ground.manifest["box"],
        "hillshade": None,
        "style": _style(ground, lang),
    }


def terrain_credits(ground: Ground | None, lang: str) -> list[dict[str, str]]:
    """Each source of the base map once, with the layers that come from it."""
    rows: dict[str, dict[str, Any]] = {}
    for notes in ground.layers if ground else ():
        label = (HILLSHADE if notes.key == HILLSHADE_KEY else BASE_LAYERS[notes.key].label).of(lang)
        for origin in notes.origins:
            row = {"name": origin.name, "address": origin.address, "licence": in_language(origin.licence, lang)}
            entry = rows.setdefault(origin.attribution.of(lang), {**row, "layers": []})
            entry["layers"].append(label)
    return [{**row, "attribution": text, "layers": ", ".join(row["layers"])} for text, row in rows.items()]


def _style(ground: Ground, lang: str) -> dict[str, Any]:
    """The style table without the layers that the ground does not have."""
    table, present = style_table(lang), {notes.key for notes in ground.layers}
    rows = [row for row in table["rows"] if row["layer"] in present]
    symbols = {row["symbol"] for row in rows if "symbol" in row}
    return {**table, "rows": rows, "symbols": {key: table["symbols"][key] for key in sorted(symbols)}}
