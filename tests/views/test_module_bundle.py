"""A bundle behaves like its modules, and unsupported syntax is refused."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from geo.errors import BadSource
from geo.views.map.assets import module_text, static_dir
from geo.views.map.module_bundle import bundle

JS = static_dir() / "js"
ENTRIES = sorted(path.relative_to(JS).as_posix() for path in (JS / "pages").glob("*.js"))

# Every function of core/ with arguments that are worth a comparison.
PROBE = """
const SQUARE = [[103, 21], [103.5, 21], [103.5, 21.5], [103, 21.5], [103, 21]];
const NEXT = [[103.5, 21], [104, 21], [104, 21.5], [103.5, 21.5], [103.5, 21]];
const polygon = (ring) => ({ geometry: { type: "Polygon", coordinates: [ring] }, properties: { status: "changed", id: 1 } });
const was = { geometry: { type: "Point", coordinates: [103, 21] }, properties: { status: "before", id: 2 } };
const is = { geometry: { type: "Point", coordinates: [103.1, 21] }, properties: { status: "changed", id: 2 } };
const state = { lang: "en", view: { zoom: 9.123, lat: 21.1, lng: 103.2 }, layers: ["sites"], base: "plain", q: "mật ong", filters: { stars: ["4", "5"] }, at: { layer: "sites", id: "H 1" } };
const BANDS = [{ zoom: 8, files: [["r", 0, 0, 4096, 4096]] }];
const CALLS = {
  address: () => core.address("/{layer}/{id}?v=1", { layer: "sites", id: "a/ b" }, "x=1"),
  recordAddress: () => core.recordAddress({ urls: { page: "/{layer}/{id}" }, lang: "en", keeps_lang: false }, "sites", "a/ b"),
  viewQuery: () => core.viewQuery({ west: 103, south: 21, east: 104, north: 22 }, ["sites"], "q=a"),
  createPlacer: () => [0, 5, 50].map((x) => ({ width: 40, height: 10, spots: [{ x, y: 0 }] })).map(core.createPlacer()),
  fan: () => core.fan([{ x: 0, y: 0 }, { x: 3, y: 3 }, { x: 90, y: 0 }], { x: 0, y: 0 }),
  formatNumber: () => [core.formatNumber(1234.56, "vi", 1), core.formatNumber(1234.56, "en", 1)],
  formatDistance: () => [core.formatDistance(999, "vi"), core.formatDistance(3210, "vi")],
  formatArea: () => [core.formatArea(350, "en"), core.formatArea(32100, "vi"), core.formatArea(12e6, "en")],
  fill: () => core.fill("{n} / {m}", { n: 0 }),
  escapeMarkup: () => core.escapeMarkup(`<a href="'&">`),
  distance: () => core.distance([103, 21], [103.5, 21.5]),
  lengthOf: () => core.lengthOf(SQUARE),
  areaOf: () => core.areaOf(SQUARE),
  inside: () => [core.inside([103.1, 21.1], polygon(SQUARE).geometry), core.inside([105, 21], polygon(SQUARE).geometry)],
  wrap: () => core.wrap("Di tích lịch sử quốc gia đặc biệt chiến trường Điện Biên Phủ"),
  mesh: () => core.mesh([polygon(SQUARE), polygon(NEXT)]),
  inOrder: () => core.inOrder([is, was, { geometry: null }]),
  pairs: () => core.pairs(polygon(SQUARE).geometry),
  boxOf: () => [core.boxOf([polygon(SQUARE), is]), core.boxOf([])],
  moves: () => core.moves([was, is]),
  bandAt: () => core.bandAt(BANDS, 9),
  filesIn: () => core.filesIn(BANDS[0], 9, { west: 0, north: 0, east: 300, south: 300 }),
  pixelsPerUnit: () => core.pixelsPerUnit(8, 9.5),
  partsOf: () => core.partsOf({ g: [[1, 2, 3, 4]] }),
  sizeAt: () => core.sizeAt([[8, 1], [10, 3]], 9),
  pairsOf: () => core.pairsOf([1, 2, 3, 4]),
  nameOf: () => core.nameOf({ n: "Sông Đà", e: "Da River" }, "along", true),
  clip: () => core.clip([-50, 50, 150, 50], { min: { x: 0, y: 0 }, max: { x: 100, y: 100 } }),
  even: () => core.even([0, 0, 90, 30]),
  placesAlong: () => core.placesAlong(core.even([0, 0, 200, 20]), 60),
  beside: () => core.beside(core.even([0, 0, 60, 0]), 8),
  boxesAlong: () => core.boxesAlong(core.even([0, 0, 60, 0]), 12),
  pathData: () => core.pathData(core.even([0, 0, 60, 0])),
  parseState: () => core.parseState("?map=9/21.5/103&stars=4,5&at=sites/H1&x=1", ["stars"]),
  formatState: () => core.formatState(state),
  formatSelection: () => core.formatSelection(state),
  chosenValues: () => core.chosenValues({ stars: ["4", "5"] }, [{ param: "stars" }, { param: "group" }]),
  formatApart: () => core.formatApart(5400, 8050, { about: "about {km} km", less: "less than {km} km" }, "en"),
  formatAway: () => core.formatAway(5200, 8000, "about {d} (± {u})", "en"),
  destination: () => core.destination([103, 21], 45, 10000),
  ringAround: () => core.ringAround([103, 21], 5000, 8),
  isVietnamese: () => [core.isVietnamese("Mường Lay"), core.isVietnamese("honey")],
  piecesOf: () => core.piecesOf("honey of Mường Lay"),
  meets: () => [core.meets(polygon(SQUARE).geometry, BOX), core.meets({ type: "Point", coordinates: [110, 10] }, BOX)],
  distanceTo: () => core.distanceTo([103, 21], polygon(NEXT).geometry),
  CELL_PX: () => core.CELL_PX,
  wholeCells: () => core.wholeCells({ west: 1, north: -1, east: 500, south: 200 }, 100),
  cellsOf: () => core.cellsOf(core.wholeCells({ west: 1, north: -1, east: 500, south: 200 }, 100)),
  contains: () => [core.contains(CELL, CELL), core.contains(CELL, { ...CELL, east: 300 })],
  boxesMeet: () => [core.boxesMeet(CELL, CELL), core.boxesMeet(CELL, { ...CELL, west: 240, east: 480 })],
  cut: () => core.cut([{ parts: [[0, 0, 900, 10, 1900, 20]], from: 8 }]),
  trace: () => {
    const drawn = [];
    core.trace({ part: [0, 0, 3, 0, 9, 0, 10, 0], first: 0, last: 6 }, 5, (...at) => drawn.push(at), (...at) => drawn.push(at));
    return drawn;
  },
  FAR: () => core.FAR,
  MAYBE: () => core.MAYBE,
  NEAR: () => core.NEAR,
  countUpTo: () => core.countUpTo([1, 2, 2, 5], 2),
  bounds: () => core.bounds({ most: [3, 1], least: [2, 0] }),
  span: () => core.span(core.bounds({ most: [3, 1], least: [2, 0] }), 2),
  states: () => core.states({ most: [3, 1], least: [2, 0] }, 2),
  stateOf: () => [core.stateOf(1, 0, 2), core.stateOf(3, 1, 2), core.stateOf(4, 3, 2)],
  pairBounds: () => core.pairBounds({ metres: [5, 9], unsure: [1, 2] }),
  firstPairs: () => core.firstPairs({ most: [6, 11], least: [4, 7] }, 8, 5),
  createRanking: () => typeof core.createRanking,
  rankingSteps: () => typeof core.rankingSteps,
  meshSteps: () => core.atOnce(core.meshSteps([polygon(SQUARE), polygon(NEXT)])),
  bordersOf: () => core.atOnce(core.bordersOf([{ line: [[0, 0], [1, 0]], from: "0,0", to: "1,0", sides: 1, used: false }])),
  nodeOf: () => core.nodeOf([103, 21]),
  unpack: () => core.unpack({ transform: { scale: [1, 1], translate: [0, 0] }, objects: { a: { geometries: [{ id: "1", properties: {}, type: "MultiPolygon", arcs: [[[0]]] }] } }, arcs: [[[0, 0], [1, 0], [0, 1], [-1, -1]]] }),
  atOnce: () => core.atOnce([1, 2].values()) ?? "nothing",
  inSlices: () => typeof core.inSlices,
  rest: () => typeof core.rest,
  createTokens: () => typeof core.createTokens,
  agree: () => [core.agree({ letters: "mat", tone: "" }, { letters: "mat", tone: "1" }), core.agree({ letters: "mat", tone: "2" }, { letters: "mat", tone: "1" })],
  differByOne: () => [core.differByOne("honey", "honet"), core.differByOne("honey", "money bag")],
};
const CELL = { west: 0, north: 0, east: 240, south: 240 };
const BOX = { west: 103, south: 21, east: 104, north: 22 };
console.log(JSON.stringify(Object.fromEntries(Object.keys(core).sort().map((name) => [name, CALLS[name]()]))));
"""


def node(*arguments: str | Path) -> str:
    process = subprocess.run(["node", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    return process.stdout


def modules(folder: Path, **texts: str) -> Path:
    """A folder with a module for each text, called as the argument."""
    for name, text in texts.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder


def run(folder: Path, text: str) -> str:
    script = folder / "bundle.cjs"
    script.write_text(text, encoding="utf-8")
    return node(script).strip()


def test_the_pages_are_those_that_the_site_has() -> None:
    assert {"pages/map.js", "pages/embed.js", "pages/saved.js", "pages/preview.js"} <= set(ENTRIES)


@pytest.mark.parametrize("entry", ENTRIES)
def test_the_bundle_of_each_page_is_a_classic_script(tmp_path: Path, entry: str) -> None:
    script = tmp_path / "page.cjs"
    script.write_text(bundle(JS, entry), encoding="utf-8")
    node("--check", script)
    assert not re.search(r"^(?:import|export)\b", script.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_saved_map_is_made_of_the_sites_modules() -> None:
    names = set(re.findall(r'^\$modules\["([^"]+)"\]', module_text("pages/saved.js"), re.MULTILINE))
    assert {"map/base.js", "map/features.js", "map/labels.js", "map/symbols.js", "pages/common.js"} <= names
    assert {"ui/layers.js", "ui/list.js", "ui/record.js", "core/mesh.js"} <= names
    assert "pages/server.js" not in names
    assert all((JS / name).is_file() for name in names)


def test_core_gives_the_same_results_in_a_bundle_and_as_modules(tmp_path: Path) -> None:
    shutil.copytree(JS / "core", tmp_path / "core")
    names: dict[str, list[str]] = {}
    for path in sorted((tmp_path / "core").glob("*.js")):
        names[path.name] = re.findall(
            r"^export (?:function|const) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE
        )
    imports = "\n".join(f'import {{ {", ".join(each)} }} from "./core/{name}";' for name, each in names.items())
    functions = sorted(name for each in names.values() for name in each)
    text = f"{imports}\nconst core = {{ {', '.join(functions)} }};\n{PROBE}"
    modules(tmp_path, probe=text).joinpath("package.json").write_text('{"type": "module"}', encoding="utf-8")
    as_modules = node(tmp_path / "probe.js").strip()
    assert sorted(json.loads(as_modules)) == functions
    assert run(tmp_path, bundle(tmp_path, "probe.js")) == as_modules


def test_modules_run_once_each_and_the_imported_ones_first(tmp_path: Path) -> None:
    folder = modules(
        tmp_path,
        last='console.log("last");\nexport const end = 1;',
        left='import { end } from "./last.js";\nconsole.log("left", end);\nexport const a = end;',
        right='import { end as stop } from "./last.js";\nconsole.log("right", stop);\nexport const b = stop + 1;',
        entry='import { a } from "./left.js";\nimport { b } from "./right.js";\nconsole.log(a + b);',
    )
    assert run(folder, bundle(folder, "entry.js")).splitlines() == ["last", "left 1", "right 1", "3"]


def test_names_of_a_module_stay_its_own_and_it_may_wait_at_its_top(tmp_path: Path) -> None:
    folder = modules(
        tmp_path,
        one='const own = await Promise.resolve("one");\nexport function text() {\n  return own;\n}',
        entry='import { text } from "./one.js";\nconst own = "entry";\nconsole.log(text(), own);',
    )
    assert run(folder, bundle(folder, "entry.js")) == "one entry"


def test_the_same_modules_give_the_same_text() -> None:
    assert bundle(JS, "pages/saved.js") == bundle(JS, "pages/saved.js")


@pytest.mark.parametrize(
    "line",
    [
        'import "./one.js";',
        'import one from "./one.js";',
        'import * as one from "./one.js";',
        'import one, { two } from "./one.js";',
        "import { one } from './one.js';",
        'import { one } from "leaflet";',
        'import { one } from "./one.js" with { type: "json" };',
        "import {",
        '  import { one } from "./one.js";',
        'const one = await import("./one.js");',
        "const here = import.meta.url;",
        "export default 1;",
        "export { one };",
        'export { one } from "./one.js";',
        'export * from "./one.js";',
        "export let one = 1;",
        "export var one = 1;",
        "export function* one() {}",
        "export const { one } = {};",
        "export const one = 1; export const two = 2;",
        'const text = "a word that says import";',
    ],
)
def test_other_forms_of_import_and_export_are_refused_by_file_and_line(tmp_path: Path, line: str) -> None:
    folder = modules(tmp_path, one="export const one = 1;", entry=f"// The entry.\n{line}\n")
    with pytest.raises(BadSource, match=r"^entry\.js, line 2: has a form of import or export other than"):
        bundle(folder, "entry.js")


def test_the_words_may_stand_in_comments_and_names_of_properties(tmp_path: Path) -> None:
    text = '// To export is to import.\nconst urls = { "share.export": 1 };\nconsole.log(urls["share.export"], urls.export);'
    folder = modules(tmp_path, entry=text)
    assert run(folder, bundle(folder, "entry.js")) == "1 undefined"


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"entry": 'import { a } from "./b.js";'}, "entry.js, line 1: imports a missing file"),
        ({"entry": 'import { a } from "../../b.js";'}, "entry.js, line 1: imports a missing file"),
        (
            {"entry": '\nimport { a } from "./b.js";', "b": "export const c = 1;"},
            "entry.js, line 2: imports 'a', which b.js does not export",
        ),
        (
            {
                "entry": 'import { b } from "./b.js";\nexport const a = 1;',
                "b": 'import { a } from "./entry.js";\nexport const b = 1;',
            },
            "b.js, line 1: closes a circle of imports",
        ),
        ({"entry": 'import { a } from "./entry.js";\nexport const a = 1;'}, "entry.js, line 1: closes a circle"),
    ],
)
def test_what_a_browser_would_not_load_is_refused(tmp_path: Path, texts: dict[str, str], message: str) -> None:
    folder = modules(tmp_path, **texts)
    with pytest.raises(BadSource, match=re.escape(message)) as error:
        bundle(folder, "entry.js")
    assert "dòng" in error.value.vi
