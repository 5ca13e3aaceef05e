// The map inside another page: no panel; a chosen record opens in a card, and a link leads to the whole map.

import { address, viewQuery } from "../core/address.js";
import { formatSelection, formatState, parseState } from "../core/state.js";
import { createBase } from "../map/base.js";
import { createFeatures } from "../map/features.js";
import { createTools } from "../map/tools.js";
import { createRecord } from "../ui/record.js";
import { createToast } from "../ui/toast.js";
import { applyView, fetchJson, fetchRecord, map, toolButton, view } from "./common.js";

const everyLayer = view.groups.flatMap((group) => group.layers).map((layer) => layer.name);
const state = { ...parseState(location.search, view.filters.map((filter) => filter.param)), lang: view.lang };
const say = createToast(document.getElementById("toast"));
const full = document.getElementById("full");

const record = createRecord(document.getElementById("record"), view, {
  onChoose: choose,
  onClose: () => {
    record.hide();
    features.highlight(null);
  },
  say,
  link: (shown) => `${view.public_url}${shown.map_url}`,
});
const features = createFeatures(map, view, choose);
createTools(map, view, document.getElementById("tools"), document.getElementById("mapframe"), { make: toolButton, say });

async function choose(layer, id) {
  try {
    const found = await fetchRecord({ layer, id });
    record.show(found);
    features.highlight(found);
  } catch {
    say(view.words["error.load"]);
  }
}

async function load() {
  const { lat, lng } = map.getCenter();
  full.href = `${view.urls.full}?${formatState({ ...state, view: { zoom: map.getZoom(), lat, lng } })}`;
  const box = map.getBounds();
  const bounds = { west: box.getWest(), south: box.getSouth(), east: box.getEast(), north: box.getNorth() };
  try {
    const answer = await fetchJson(address(view.urls.map, {}, viewQuery(bounds, state.layers ?? everyLayer, formatSelection(state))));
    features.show(Object.values(answer.layers).flatMap((layer) => layer.features));
    document.documentElement.dataset.ready = "yes";
  } catch {
    say(view.words["error.load"], { stay: true, action: view.words.retry, onAction: load });
  }
}

applyView(state);
const base = await createBase(map, view, fetchJson);
await base.choose(state.base || "communes");
map.on("moveend", load);
await load();
if (state.at) choose(state.at.layer, state.at.id);
