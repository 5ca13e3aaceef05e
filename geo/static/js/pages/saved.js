// The saved map: one HTML file with its records, which works from disk without a server.

import { meets } from "../core/position.js";
import { createReturn, onEscape } from "../ui/focus.js";
import { createLayers } from "../ui/layers.js";
import { createList } from "../ui/list.js";
import { createRecord } from "../ui/record.js";
import { createSheet } from "../ui/sheet.js";
import { createTabs } from "../ui/tabs.js";
import { createToast } from "../ui/toast.js";
import { createStage, firstLayers, map, showHere, view } from "./common.js";

const byId = (id) => document.getElementById(id);
const say = createToast(byId("toast"));
const sheet = createSheet(byId("panel"), byId("handle"));
const units = { outlines: async () => [], light: async (layer) => view.bases[layer], terrain: async (band, name) => view.terrain.files[`${band}/${name}`] };
const stage = createStage({ say, inset: sheet.inset, onChoose: (layer, id) => choose(layer, id, { move: false }), onPosition: (point, accuracy) => showHere({ list, sheet, tabs, camera: stage.camera }, point, accuracy), visible: () => visible, units });
const list = createList(byId("pane-list"), view, {
  styles: stage.features.styles,
  onChoose: (layer, id) => choose(layer, id),
  onPoint: stage.features.point,
});
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

const wayBack = createReturn(() => document.querySelector(".tabs [aria-selected=true]"));

let visible = firstLayers;
let chosenKey = ""; // layer/id of the open record
let base = view.base;
let withTerrain = view.with_terrain;

/** Show the features of the layers `names`, and no others. */
async function draw(names) {
  visible = names;
  layers.draw(visible, base, withTerrain);
  await Promise.all([stage.features.show(visible.flatMap((name) => view.features[name])), drawList()]);
}

/** The list shows the records in sight and those without a geometry. */
function drawList() {
  const box = stage.camera.visibleBox();
  return list.draw(Object.fromEntries(visible.map((name) => [name, inView(view.features[name], box)])), box);
}

function inView(features, box) {
  const inBox = features.filter(({ geometry }) => geometry && meets(geometry, box));
  const withoutGeometry = features.filter((feature) => !feature.geometry);
  return { matched: features.length, in_view: inBox.length, unplaced: withoutGeometry.length, features: [...inBox, ...withoutGeometry] };
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
  if (!chosenKey) wayBack.remember();
  chosenKey = key;
  byId("browse").hidden = true;
  sheet.atLeast("half");
  record.show(chosen);
  stage.highlight.show(chosen);
  stage.camera.look(chosen, { move });
}

function close() {
  if (!chosenKey) return false;
  byId("browse").hidden = false;
  record.hide();
  stage.highlight.show(null);
  wayBack.back(`hit-${chosenKey}`);
  chosenKey = "";
  return true;
}

onEscape(close, sheet.lower);
tabs.show("tab-list");
stage.camera.restore({ view: view.view });
await draw(visible);
await ground(base);
map.on("moveend", drawList);
new ResizeObserver(() => map.invalidateSize()).observe(byId("mapframe"));
document.documentElement.dataset.ready = "yes";
