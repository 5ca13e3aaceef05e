// The saved map: one HTML file with its records, which works from disk without a server.

import { boxOf } from "../core/preview.js";
import { createLayers } from "../ui/layers.js";
import { createList } from "../ui/list.js";
import { createRecord } from "../ui/record.js";
import { createSheet } from "../ui/sheet.js";
import { createTabs } from "../ui/tabs.js";
import { createToast } from "../ui/toast.js";
import { bounds, createStage, firstLayers, map, view } from "./common.js";

const byId = (id) => document.getElementById(id);
const say = createToast(byId("toast"));
const sheet = createSheet(byId("panel"), byId("handle"));
const units = { light: async (layer) => view.bases[layer], terrain: async (band, name) => view.terrain.files[`${band}/${name}`] };
const stage = createStage({ say, inset: sheet.inset, onChoose: (layer, id) => choose(layer, id, { move: false }), units });
const list = createList(byId("pane-list"), view, { styles: stage.features.styles, onChoose: (layer, id) => choose(layer, id), onPoint: stage.features.point });
const layers = createLayers(byId("pane-layers"), view, {
  onLayers: draw,
  onBase: ground,
  onTerrain: (on) => {
    withTerrain = on;
    ground(base);
  },
  linked: false,
});
const record = createRecord(byId("record"), view, { onClose: close, say, home: view.words["tab.list"] });
const tabs = createTabs(document.querySelector(".tabs"), (id, byHand) => byHand && sheet.atLeast("half"));

let visible = firstLayers;
let base = view.base;
let withTerrain = view.with_terrain;
let opener = null; // the element that had the focus when a record was opened

/** Show the features of the layers `names`, and no others. */
function draw(names) {
  visible = names;
  stage.features.show(visible.flatMap((name) => view.features[name]));
  layers.draw(visible, base, withTerrain);
  drawList();
}

/** The list shows the records in view and those without a geometry. */
function drawList() {
  const box = bounds();
  list.draw(Object.fromEntries(visible.map((name) => [name, inView(view.features[name], box)])));
}

function inView(features, box) {
  const inBox = features.filter((feature) => feature.geometry && meets(feature, box));
  const withoutGeometry = features.filter((feature) => !feature.geometry);
  return { matched: features.length, in_view: inBox.length, unplaced: withoutGeometry.length, features: [...inBox, ...withoutGeometry] };
}

function meets(feature, { west, south, east, north }) {
  const [w, s, e, n] = boxOf([feature]);
  return w <= east && e >= west && s <= north && n >= south;
}

async function ground(name) {
  base = name;
  layers.draw(visible, base, withTerrain);
  await stage.ground(base, { withTerrain });
}

function choose(layer, id, { move = true } = {}) {
  const key = `${layer}/${id}`;
  const { geometry } = view.features[layer].find((feature) => feature.id === key);
  const chosen = { ...view.records[key], geometry };
  opener = document.activeElement;
  byId("browse").hidden = true;
  sheet.atLeast("half");
  record.show(chosen);
  stage.highlight.show(chosen);
  stage.camera.look(chosen, { move });
}

function close() {
  byId("browse").hidden = false;
  record.hide();
  stage.highlight.show(null);
  // If the list was drawn again since, its rows are new elements with the same ids.
  (opener.isConnected ? opener : byId(opener.id))?.focus();
}

byId("record").addEventListener("keydown", ({ key }) => key === "Escape" && close());
tabs.show("tab-list");
stage.camera.restore({ view: view.view });
draw(visible);
await ground(base);
map.on("moveend", drawList);
new ResizeObserver(() => map.invalidateSize()).observe(byId("mapframe"));
document.documentElement.dataset.ready = "yes";
