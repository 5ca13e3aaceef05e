"""Instructions to connect other programs: steps, or commands ready to paste, as rows of one table."""

import re
from typing import Literal, NamedTuple, TypeAlias

from geo.schema import Label

Run: TypeAlias = Literal["sh", "python", "node", "r", "steps"]
"""The kind of a row: a shell command, a script for Python, Node.js or R, or steps in a graphical program."""


class Way(NamedTuple):
    """Instructions for one program. {base} in `text` stands for the URL of the site; steps are in both languages.

    `needs` names the libraries of a script. `runner` is the program that runs the row in the tests, None if none does.
    """

    tool: str
    title: Label
    run: Run
    text: Label
    needs: str = ""
    runner: str | None = None


def _same(text: str) -> Label:
    return Label(text, text)


WAYS: tuple[Way, ...] = (
    Way(
        "QGIS", Label("QGIS: lớp dữ liệu", "QGIS: layers"), "steps",
        Label(
            "Lớp > Thêm lớp > Thêm lớp WFS / OGC API - Features > Mới: URL {base} , phiên bản OGC API - Features > Kết nối. Chọn lớp, đặt bộ lọc nếu cần > Thêm.",
            "Layer > Add Layer > Add WFS / OGC API - Features Layer > New: URL {base} , version OGC API - Features > Connect. Choose layers, filter them if you like > Add.",
        ),
        runner="PyQGIS, provider OAPIF",
    ),
    Way(
        "QGIS", Label("QGIS: ô bản đồ véc-tơ", "QGIS: vector tiles"), "steps",
        Label(
            "Trình duyệt > Ô véc-tơ > Kết nối chung mới: URL {base}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}} , mức phóng 0 đến 16.",
            "Browser > Vector Tiles > New Generic Connection: URL {base}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}} , zoom 0 to 16.",
        ),
        runner="PyQGIS",
    ),
    Way(
        "QGIS", Label("QGIS: toàn tỉnh, có sẵn ký hiệu, dùng được khi không có mạng", "QGIS: the whole province with its symbols, offline"), "steps",
        Label("Tải {base}/export/all.gpkg rồi kéo tệp vào QGIS.", "Download {base}/export/all.gpkg and drag the file into QGIS."),
        runner="PyQGIS",
    ),
    Way(
        "ArcGIS", Label("ArcGIS Pro", "ArcGIS Pro"), "steps",
        Label(
            "Insert > Connections > Server > New OGC API Server: Server URL {base} . Hoặc tải một lớp dạng GeoPackage, Shapefile hay FlatGeobuf.",
            "Insert > Connections > Server > New OGC API Server: Server URL {base} . Or download a layer as GeoPackage, Shapefile or FlatGeobuf.",
        ),
    ),
    Way(
        "Excel", Label("Excel: đọc, hoặc điền và gửi lại", "Excel: read, or fill in and send back"), "steps",
        Label(
            "Dữ liệu > Từ web: {base}/export/products.csv (UTF-8). Muốn điền rồi gửi lại: tải {base}/export/products.xlsx .",
            "Data > From Web: {base}/export/products.csv (UTF-8). To fill it in and send it back: download {base}/export/products.xlsx .",
        ),
    ),
    Way(
        "curl", Label("curl: một trang theo bộ lọc", "curl: a filtered page"), "sh",
        _same("curl -sf '{base}/collections/products/items?stars=4&limit=10'"), runner="bash",
    ),
    Way(
        "curl", Label("curl: cả lớp, tải tiếp được khi bị ngắt", "curl: a whole layer, resuming an interrupted download"), "sh",
        _same("curl -sf -C - -o sites.gpkg '{base}/export/sites.gpkg?crs=EPSG:9205'"), runner="bash",
    ),
    Way(
        "GDAL", Label("GDAL: xem các lớp", "GDAL: list the layers"), "sh", _same("ogrinfo -ro OAPIF:{base}"), runner="bash",
    ),
    Way(
        "GDAL", Label("GDAL: lọc và chuyển sang VN-2000", "GDAL: filter, and write in VN-2000"), "sh",
        _same("ogr2ogr -f GPKG national.gpkg OAPIF:{base} sites -where \"rank = 'national_special'\" -t_srs EPSG:9205"), runner="bash",
    ),
    Way(
        "PostGIS", Label("PostgreSQL/PostGIS", "PostgreSQL/PostGIS"), "sh",
        _same("ogr2ogr -f PGDUMP products.sql OAPIF:{base} products -nln ocop_products -lco SCHEMA=public"), runner="bash",
    ),
    Way(
        "Python", Label("Python: GeoDataFrame", "Python: a GeoDataFrame"), "python",
        _same(
            "import geopandas as gpd\n\n"
            "villages = gpd.read_file(\"{base}/export/villages.geojson\")\n"
            "print(villages[[\"name\", \"craft\", \"geometry\"]].head())"
        ),
        needs="geopandas", runner="python",
    ),
    Way(
        "Python", Label("Python: đọc tất cả các trang", "Python: all pages"), "python",
        _same(
            "import requests\n\n"
            "url, features = \"{base}/collections/sites/items?limit=10\", []\n"
            "while url:\n"
            "    page = requests.get(url, headers={{\"Accept\": \"application/geo+json\"}}, timeout=30).json()\n"
            "    features += page[\"features\"]\n"
            "    url = next((link[\"href\"] for link in page[\"links\"] if link[\"rel\"] == \"next\"), None)\n"
            "assert len(features) == page[\"numberMatched\"]\n"
            "print(len(features))"
        ),
        needs="requests", runner="python",
    ),
    Way(
        "Python", Label("Python: chỉ lấy phần đã đổi", "Python: only what has changed"), "python",
        _same(
            "import requests\n\n"
            "changes = requests.get(\"{base}/changes?since=0\", timeout=30).json()\n"
            "for layer, one in changes[\"collections\"].items():\n"
            "    print(layer, len(one[\"added\"]), len(one[\"changed\"]), len(one[\"removed\"]))\n"
            "print(\"next time ask since\", changes[\"version\"][\"number\"])"
        ),
        needs="requests", runner="python",
    ),
    Way(
        "R", Label("R: sf", "R: sf"), "r",
        _same("library(sf); villages <- st_read(\"{base}/export/villages.geojson\")"),
        needs="sf",
    ),
    Way(
        "JavaScript", Label("JavaScript: fetch", "JavaScript: fetch"), "node",
        _same(
            "const answer = await fetch('{base}/collections/villages/items?limit=100', {{\n"
            "  headers: {{ Accept: 'application/geo+json' }},\n"
            "}});\n"
            "const villages = await answer.json();\n"
            "console.log(villages.features.map((one) => one.properties.name));"
        ),
        runner="node",
    ),
)  # fmt: skip


def _parts(text: str, base: str) -> list[dict[str, object]]:
    """Steps as pieces of text and addresses of the site; an address with {placeholders} opens nothing.

    >>> _parts("Tải https://a.vn/x.csv .", "https://a.vn")
    [{'text': 'Tải '}, {'address': 'https://a.vn/x.csv', 'opens': True}, {'text': ' .'}]
    """
    pieces = re.split(rf"({re.escape(base)}\S*)", text)
    return [
        {"address": piece, "opens": "{" not in piece} if piece.startswith(base) else {"text": piece}
        for piece in pieces
        if piece
    ]


def ways(base: str, lang: str) -> list[dict[str, object]]:
    """The instructions with the URLs of the site at `base`, grouped by program in the order of the table."""
    tools: dict[str, list[dict[str, object]]] = {}
    for way in WAYS:
        tools.setdefault(way.tool, []).append(
            {
                "title": way.title.of(lang),
                "run": way.run,
                "text": way.text.of(lang).format(base=base),
                "parts": _parts(way.text.of(lang).format(base=base), base) if way.run == "steps" else [],
                "needs": way.needs,
            }
        )
    return [{"tool": tool, "ways": rows} for tool, rows in tools.items()]
