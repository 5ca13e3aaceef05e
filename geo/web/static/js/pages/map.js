// The map page: one state, kept in the address; every change goes through `change` and is drawn by `draw`.

import { address, viewQuery } from "../core/address.js";
import { formatSelection, formatState, parseState } from "../core/state.js";
import { createBase } from "../map/base.js";
import { createFeatures } from "../map/features.js";
import { createTools } from "../map/tools.js";
import { el } from "../ui/dom.js";
import { createFilters } from "../ui/filters.js";
import { createLayers } from "../ui/layers.js";
import { createList } from "../ui/list.js";
import { createRecord } from "../ui/record.js";
import { createSearch } from "../ui/search.js";
import { createShare } from "../ui/share.js";
import { createSheet } from "../ui/sheet.js";
import { createTabs } from "../ui/tabs.js";
import { createToast } from "../ui/toast.js";
import { applyView, fetchJson, fetchRecord, goTo, map, toolButton, view } from "./common.js";

const SETTLE_MS = 150;
const byId = (id) => document.getElementById(id);
const params = view.filters.map((filter) => filter.param);
const everyLayer = view.groups.flatMap((group) => group.layers).map((layer) => layer.name);

let state = parseState(location.search, params);
state.lang = view.lang;
let asked = null;
let timer = 0;
let last = null;
let lastUrl = "";

const say = createToast(byId("toast"));
const sheet = createSheet(byId("panel"), byId("handle"));
const shown = () => state.layers ?? everyLayer;
const choose = (layer, id) => change({ at: { layer, id } }, { push: true });
const whole = () => formatState({ ...state, view: currentView() });

const features = createFeatures(map, view, choose);
const list = createList(byId("pane-list"), view, choose);
const filters = createFilters(byId("pane-filters"), byId("active"), view, (chosen, q) => change({ filters: chosen, q }, { push: true }));
const layers = createLayers(byId("pane-layers"), view, swatch, {
  onLayers: (names) => change({ layers: names.length === everyLayer.length ? null : names }),
  onBase: (name) => change({ base: name === "communes" ? "" : name }),
});
const share = createShare(byId("pane-share"), view, { say, queries: () => ({ whole: whole(), selection: formatSelection(state) }) });
const record = createRecord(byId("record"), view, {
  onChoose: choose,
  onClose: () => change({ at: null }, { push: true }),
  say,
  link: (shownRecord) => `${view.public_url}${shownRecord.map_url}`,
});
const tabs = createTabs(document.querySelector(".tabs"), (id) => {
  sheet.atLeast("half");
  if (id === "tab-share") share.draw(shown());
});
createSearch(byId("search"), view, fetchJson, {
  onHit: (found) => change({ at: { layer: found.layer, id: found.id } }, { push: true }),
  onText: (q) => change({ q, at: q ? null : state.at }, { push: true }),
});
createTools(map, view, byId("tools"), byId("mapframe"), { make: toolButton, say });

function swatch(layer) {
  const made = el("span", { class: "swatch", "aria-hidden": "true" });
  made.style.background = `color-mix(in srgb, ${layer.color} ${Math.round(layer.fill_opacity * 100)}%, white)`;
  made.style.border = `2px dashed ${layer.color}`;
  return made;
}

function currentView() {
  const { lat, lng } = map.getCenter();
  return { zoom: map.getZoom(), lat, lng };
}

/** Take a change into the state, the address and the page. `push` makes it a step that Back undoes. */
function change(part, { push = false } = {}) {
  const before = state;
  state = { ...state, ...part };
  remember(push);
  draw(before);
}

function remember(push) {
  const query = whole();
  const url = `${location.pathname}${query ? `?${query}` : ""}`;
  if (url === lastUrl) return;
  lastUrl = url;
  history[push ? "pushState" : "replaceState"](null, "", url);
  for (const link of document.querySelectorAll("[data-lang]")) {
    const lang = link.dataset.lang;
    link.href = `${location.pathname}?${formatState({ ...state, view: currentView(), lang }) || "lang=vi"}`;
  }
}

function draw(before) {
  if (!before || before.base !== state.base) base.choose(state.base || "communes").catch(trouble);
  if (!before || !sameAt(before.at, state.at)) openRecord();
  load();
  layers.draw(shown(), state.base || "communes");
  if (last) filters.draw(state, last.facets);
  if (!byId("pane-share").hidden) share.draw(shown());
}

const sameAt = (a, b) => a?.layer === b?.layer && a?.id === b?.id;

async function openRecord() {
  const { at } = state;
  byId("browse").hidden = Boolean(at);
  if (!at) {
    record.hide();
    features.highlight(null);
    return;
  }
  record.wait();
  sheet.atLeast("half");
  try {
    const found = await fetchRecord(at);
    if (!sameAt(at, state.at)) return;
    record.show(found);
    features.highlight(found);
    goTo(found);
  } catch (error) {
    change({ at: null });
    trouble(error);
  }
}

/** Ask for what is in view; the old features stay until the new ones are here. */
function load() {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    asked?.abort();
    asked = new AbortController();
    const box = map.getBounds();
    const bounds = { west: box.getWest(), south: box.getSouth(), east: box.getEast(), north: box.getNorth() };
    byId("mapframe").classList.add("busy");
    try {
      const answer = await fetchJson(address(view.urls.map, {}, viewQuery(bounds, shown(), formatSelection(state))), asked.signal);
      take(answer);
      if (!byId("toast").hidden && byId("toast").dataset.trouble) {
        delete byId("toast").dataset.trouble;
        say("");
      }
    } catch (error) {
      if (error.name !== "AbortError") trouble(error);
    } finally {
      byId("mapframe").classList.remove("busy");
    }
  }, SETTLE_MS);
}

function take(answer) {
  last = answer;
  const all = Object.values(answer.layers).flatMap((layer) => layer.features);
  features.show(all);
  list.draw(answer.layers, features.styles);
  filters.draw(state, answer.facets);
  document.documentElement.dataset.ready = "yes";
}

function trouble() {
  const toast = byId("toast");
  say(navigator.onLine ? view.words["error.load"] : view.words["error.offline"], { stay: true, action: view.words.retry, onAction: () => load() });
  toast.dataset.trouble = "yes";
}

window.addEventListener("popstate", () => {
  const before = state;
  state = { ...parseState(location.search, params), lang: view.lang };
  lastUrl = `${location.pathname}${location.search}`;
  applyView(state);
  draw(before);
});
window.addEventListener("online", load);
new ResizeObserver(() => map.invalidateSize()).observe(byId("mapframe"));

applyView(state);
const base = await createBase(map, view, fetchJson).catch((error) => {
  trouble(error);
  return { choose: async () => "", current: () => "" };
});
draw(null);
map.on("moveend", () => {
  remember(false);
  load();
});
tabs.show("tab-list");
sheet.low();
if (state.at) sheet.atLeast("half");
