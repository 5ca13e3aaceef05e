"""The pages of versions under /manage: list, comparison, map, download, and the history of a record."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

import orjson
from flask import Flask, Response, g, request

from geo.drafts import RestorationStore
from geo.drafts.differences import diff_features, layer_features, plain_diff
from geo.drafts.value_words import ValueWords
from geo.errors import NotFound
from geo.ocop.layers import LAYERS
from geo.schema import Label, LayerSpec
from geo.settings import Settings
from geo.store import SEED, SEED_REASON, Store, Version, open_store
from geo.store.diff import summary
from geo.views.map.folium_map import shell
from geo.web.http import params
from geo.web.http.static_files import Assets
from geo.web.http.urls import SiteUrls
from geo.web.manage.imports import page
from geo.web.site.pages import map_page

_FROM_SEED = Label("dữ liệu gốc của chương trình", "data that came with the program")
_READ_FROM = Label("đọc từ thư mục data/shapefiles", "read from the folder data/shapefiles")
MAX_ROWS = 300
"""Most rows of a page of differences or of a history."""


class Versions:
    """The routes of versions and histories."""

    def __init__(self, settings: Settings, assets: Assets) -> None:
        self.settings, self.assets = settings, assets

    @property
    def _store(self) -> Store:
        return open_store(self.settings)

    def register(self, app: Flask) -> None:
        """Add the routes of /manage/versions and /manage/history."""
        app.add_template_filter(_author, "author")
        app.add_template_filter(_reason, "reason")
        app.add_url_rule("/manage/versions", "versions", self.index)
        app.add_url_rule("/manage/versions/<int:number>", "version", self.show)
        app.add_url_rule("/manage/versions/<int:number>/changes.geojson", "version_changes", self.changes)
        app.add_url_rule("/manage/versions/<int:number>/<layer>.geojson", "version_layer", self.layer)
        app.add_url_rule("/manage/history/<layer>/<record>", "history", self.history)

    def index(self) -> Response:
        """The page of all versions, the newest first."""
        params.only(request.args)
        store = self._store
        restorations = [one for one in RestorationStore(self.settings.restorations_dir).all() if one.activity.busy]
        return page(
            "manage/versions.html", versions=store.versions()[::-1], tallies=store.tallies(), restorations=restorations
        )

    def show(self, number: int) -> Response:
        """The page of a version: its differences from another (by default the one before), or a layer on the map."""
        params.only(request.args, "with", "layer")
        store = self._store
        version, other = self._two(store, number)
        layer = request.args.get("layer") or None
        if layer is not None:
            params.layer_name(layer, LAYERS)
        diff = store.compare(other, number)
        view = map_page(self.settings, self.assets)
        address = f"/manage/versions/{number}/{layer or 'changes'}.geojson"
        view["preview"] = SiteUrls().plain(f"{address}?with={other}" if layer is None else address)
        words = ValueWords(*(store.frames(version) for version in (other, number) if version))
        rows = [plain_diff(one, words) for one in diff[:MAX_ROWS]]
        return page(
            "manage/version.html", shown_version=version, other=other, versions=store.versions(), diff=rows,
            total=len(diff), sums=summary(diff), view=view, shell=shell(view), layer=layer,
            counts=store.counts(number),
            layer_names={name: spec.label.of(g.lang) for name, spec in LAYERS.items()},
            titles={name: spec.geometry for name, spec in LAYERS.items()},
        )  # fmt: skip

    def _two(self, store: Store, number: int) -> tuple[Any, int]:
        versions = {version.number: version for version in store.versions()}
        other = params.whole_number(request.args, "with", number - 1, least=0, most=1_000_000_000)
        for one in (number, other):
            if one not in versions and one != 0:
                raise NotFound(f"No version {one}.", f"Không có phiên bản {one}.")
        if number == 0:
            raise NotFound("No version 0.", "Không có phiên bản 0.")
        return versions[number], other

    def changes(self, number: int) -> Response:
        """The differences between two versions as GeoJSON for the map."""
        params.only(request.args, "with")
        store = self._store
        _, other = self._two(store, number)
        return _geojson(diff_features(store.compare(other, number)))

    def layer(self, number: int, layer: str) -> Response:
        """One layer of a version as GeoJSON."""
        params.layer_name(layer, LAYERS)
        params.only(request.args)
        return _geojson(layer_features(self._store.frames(number)[layer], LAYERS[layer]))

    def history(self, layer: str, record: str) -> Response:
        """The page of the history of one record."""
        params.layer_name(layer, LAYERS)
        params.only(request.args)
        spec = LAYERS[layer]
        store = self._store
        rows = store.history(layer, record)
        if not rows:
            raise NotFound(f"{layer} never had a record {record!r}.", f"Lớp {layer} chưa từng có bản ghi {record!r}.")
        versions = {version.number: version for version in store.versions()}
        words = ValueWords(store.frames())
        steps = [
            {
                "version": versions[row.version], "op": row.op, "moved": row.moved and row.op == "changed",
                "fields": [
                    (field.label.of(g.lang), *(_shown(words, spec, field.name, one) for one in (row.before, row.after)))
                    for field in spec.fields if (row.before or {}).get(field.name) != (row.after or {}).get(field.name)
                ],
            }
            for row in islice(reversed(rows), MAX_ROWS)
        ]  # fmt: skip
        last = rows[-1].after or rows[-1].before or {}
        exists = rows[-1].op != "removed"
        return page(
            "manage/history.html", layer=layer, record=record, steps=steps, title=last.get(spec.title) or record,
            exists=exists, article=spec.article.of(g.lang),
        )  # fmt: skip


def _shown(words: ValueWords, spec: LayerSpec, name: str, values: Mapping[str, Any] | None) -> Any:
    """A value of a record as the page shows it: codes and references in words, other values as they are."""
    value = (values or {}).get(name)
    label = words.of(spec, name, value)
    return value if label is None else label.of(g.lang)


def _geojson(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), content_type="application/geo+json")


def _author(version: Version) -> str:
    """Who published a version, in words for one that was read from the seed."""
    return _FROM_SEED.of(g.lang) if version.who == SEED else version.who


def _reason(version: Version) -> str:
    """Why a version was published, in words for one that was read from the seed and states nothing else."""
    return _READ_FROM.of(g.lang) if (version.who, version.why) == (SEED, SEED_REASON) else version.why
