"""The service after following docs/adding-a-layer.md: a copy of the code with the code blocks of the document."""

import ast
import json
import os
import re
import shutil
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import shapely

from tests.conftest import ROOT

DOCUMENT = ROOT / "docs" / "adding-a-layer.md"
_BLOCK = re.compile(
    r"^In `([^`]+)`(?:, (?:rows|elements) of `(\w+)`)?:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL
)

LODGINGS = gpd.GeoDataFrame(
    {
        "lodging_id": ["him-lam", "ban-phu"],
        "name": ["Nhà nghỉ Him Lam", "Homestay Bản Phủ"],
        "kind": ["guesthouse", "homestay"],
        "rooms": [21, 4],
        "address": [None, None],
        "old_comm": [None, None],
        "district": [None, None],
        "precision": ["exact", "village"],
        "pos_source": ["GPS", None],
        "note": [None, None],
        "sources": ["B1", "B1"],
    },
    geometry=[shapely.Point(103.0165, 21.3925), shapely.Point(103.0012, 21.3270)],
    crs="EPSG:4326",
)
TRAILS = gpd.GeoDataFrame(
    {
        "trail_id": ["pha-luong", "him-lam"],
        "name": ["Đường lên đèo Pha Đin", "Đường mòn Him Lam"],
        "hours": [6.5, 2.0],
        "note": [None, None],
        "sources": ["B1", "B1"],
    },
    geometry=[
        shapely.MultiLineString(
            [[(103.30, 21.50), (103.36, 21.55), (103.42, 21.53)], [(103.43, 21.53), (103.46, 21.57)]]
        ),
        shapely.LineString([(103.02, 21.40), (103.05, 21.42), (103.09, 21.41)]),
    ],
    crs="EPSG:4326",
)
RESERVES = gpd.GeoDataFrame(
    {
        "reserve_id": ["muong-phang"],
        "name": ["Khu bảo tồn Mường Phăng"],
        "area_ha": [10100.0],
        "note": ["Rừng đặc dụng."],
        "sources": ["B1"],
    },
    geometry=[shapely.box(103.10, 21.42, 103.19, 21.51).buffer(0.002)],
    crs="EPSG:4326",
)
LAYERS = {"lodgings": LODGINGS, "trails": TRAILS, "reserves": RESERVES}


class Block(NamedTuple):
    """A code block of the document: its file, and the table in it, "" for a whole file."""

    path: str
    table: str
    text: str


def blocks() -> list[Block]:
    """All code blocks of the document, in order."""
    return [Block(*match) for match in _BLOCK.findall(DOCUMENT.read_text(encoding="utf-8"))]


def make(folder: Path) -> Path:
    """A copy of the service in `folder` with the three layers of the document, their data included."""
    for name in ("geo", "templates", "tests", "data/shapefiles", "docs"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__", ".venv")
        )
    for name in ("app.py", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    text_by_path = {}
    for block in blocks():
        path = folder / block.path
        if block.table:
            path.write_text(_with_rows(path.read_text(encoding="utf-8"), block), encoding="utf-8")
        else:
            text_by_path[path] = json.loads(block.text)
    (metadata,) = text_by_path.values()
    titles = {"lodgings": metadata["title"]["vi"], "trails": "Đường mòn", "reserves": "Khu bảo tồn"}
    for layer, frame in LAYERS.items():
        home = folder / "data" / "shapefiles" / layer
        home.mkdir()
        frame.to_file(home / f"{layer}.shp", encoding="utf-8")
        (home / f"{layer}.json").write_text(
            json.dumps(metadata | {"title": {"vi": titles[layer], "en": layer.title()}}, ensure_ascii=False),
            encoding="utf-8",
        )
    return folder


def environment(folder: Path) -> dict[str, str]:
    """The environment of a process that runs the copy."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("GEO_")},
        "GEO_DATA_DIR": str(folder / "var"), "GEO_SEED_DIR": str(folder / "data" / "shapefiles"), "PYTHONUTF8": "1",
    }  # fmt: skip


def _with_rows(source: str, block: Block) -> str:
    """A file with the rows of a block at the end of the table that it names."""
    if block.path.endswith(".svg"):
        return source.replace(f"</{block.table}>", f"{block.text}</{block.table}>")
    lines = source.splitlines(keepends=True)
    end = _last_line(ast.parse(source), block.table)
    return "".join([*lines[:end], block.text, *lines[end:]])


def _last_line(tree: ast.Module, table: str) -> int:
    """The number of lines before the bracket that closes a table."""
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if not any(isinstance(target, ast.Name) and target.id == table for target in targets):
            continue
        value = node.value  # type: ignore[union-attr]
        if isinstance(value, ast.DictComp):  # the rows are the iterable of the comprehension
            value = value.generators[0].iter
        assert value is not None and value.end_lineno is not None
        return value.end_lineno - 1
    raise AssertionError(f"no table {table}")
