"""What was answered from an atlas does not keep it open: a server that runs for a year sees hundreds of versions."""

import gc
from pathlib import Path
from weakref import ref

from geo.settings import Settings
from geo.web.application import create_app
from tests.conftest import ROOT
from tests.frames import world
from tests.frozen import VERSION, FixedSource, publish_atlas
from tests.web.test_tiles import ALL, ONE

ADDRESSES = (
    "/", "/embed", "/map.json", "/search.json?q=ong", "/products", "/products/R1", "/links", "/worklist",
    "/about", "/connect", "/collections", "/collections/products", "/collections/products/items",
    "/collections/products/items/R1", "/collections/products/items?filter=stars%3D4", "/collections/products/queryables",
    "/collections/products/changes?since=2020-01-01T00:00:00Z", "/quality", "/catalogue", "/catalog.jsonld", "/catalog.rdf", "/metadata/products.xml", "/export/products.gpkg", "/export/all.gpkg", "/sitemap.xml",
    "/api", "/save-map", "/layers", "/tiles", ONE, ALL, "/plan", "/plan/units", "/plan/chains", "/plan/gaps", "/plan/proximity", "/plan/certificates",
    "/plan/figures/products_total.json", "/search-index.json", "/map.png", "/products/R1.png", "/sheet",
)  # fmt: skip
VERSIONS = 4
CURRENT = 2
"""The current atlas, and one that a cache of two may still hold."""


def test_an_atlas_is_closed_when_later_ones_have_been_served(tmp_path: Path) -> None:
    first = publish_atlas(world(), tmp_path / "1", version=VERSION._replace(number=1, digest="1" * 64))
    source = FixedSource(first)
    client = create_app(Settings(data_dir=tmp_path / "var"), source, templates=ROOT / "templates").test_client()
    atlases = [ref(first)]
    del first
    for number in range(1, VERSIONS + 1):
        if number > 1:
            version = VERSION._replace(number=number, digest=str(number) * 64)
            source.current = publish_atlas(world(), tmp_path / str(number), version=version)
            atlases.append(ref(source.current))
        statuses = {path: client.get(path, follow_redirects=True).status_code for path in ADDRESSES}
        assert {path: status for path, status in statuses.items() if status != 200} == {}
    gc.collect()
    assert [atlas() is not None for atlas in atlases[:-CURRENT]] == [False] * (VERSIONS - CURRENT)
