// The saved map: one file that holds its records, opened from disk with no server behind it.

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
const units = { light: async (layer) => view.bases[layer] };
const stage = createStage({ say, inset: sheet.inset, onChoose: (layer, id) => choose(layer, id, { move: false }), units });
const list = createList(byId("pane-list"), view, { styles: stage.features.styles, onChoose: (layer, id) => choose(layer, id), onPoint: stage.features.point });
const layers = createLayers(byId("pane-layers"), view, {
  onLayers: draw,
  onBase: ground,
  linked: false,
});
const record = createRecord(byId("record"), view, { onClose: close, say, home: view.words["tab.list"] });
const tabs = createTabs(document.querySelector(".tabs"), (id, byHand) => byHand && sheet.atLeast("half"));

let shown = firstLayers;
let base = view.base;
let opener = null; // what had the keyboard when a record was opened

/** Show the features of the layers `names`, and no others. */
function draw(names) {
  shown = names;
  stage.features.show(shown.flatMap((name) => view.features[name]));
  layers.draw(shown, base);
  drawList();
}

/** The list holds what is in view, and what has no place. */
function drawList() {
  const box = bounds();
  list.draw(Object.fromEntries(shown.map((name) => [name, inView(view.features[name], box)])));
}

function inView(features, box) {
  const placed = features.filter((feature) => feature.geometry && meets(feature, box));
  const unplaced = features.filter((feature) => !feature.geometry);
  return { matched: features.length, in_view: placed.length, unplaced: unplaced.length, features: [...placed, ...unplaced] };
}

function meets(feature, { west, south, east, north }) {
  const [w, s, e, n] = boxOf([feature]);
  return w <= east && e >= west && s <= north && n >= south;
}

async function ground(name) {
  base = name;
  layers.draw(shown, base);
  await stage.ground(base);
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
  // The list may have been drawn again since: its rows keep their ids.
  (opener.isConnected ? opener : byId(opener.id))?.focus();
}

byId("record").addEventListener("keydown", ({ key }) => key === "Escape" && close());
tabs.show("tab-list");
stage.camera.restore({ view: view.view });
draw(shown);
await ground(base);
map.on("moveend", drawList);
new ResizeObserver(() => map.invalidateSize()).observe(byId("mapframe"));
document.documentElement.dataset.ready = "yes";
