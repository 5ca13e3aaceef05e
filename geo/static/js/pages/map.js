// The map page: one state, mirrored in the URL; every change goes through `change` and is drawn by `draw`.

import { address, viewQuery } from "../core/address.js";
import { fill, formatNumber } from "../core/format.js";
import { rest } from "../core/slices.js";
import { chosenValues, formatSelection, formatState, parseState } from "../core/state.js";
import { createEmpty } from "../ui/empty.js";
import { createFilters } from "../ui/filters.js";
import { createReturn, onEscape } from "../ui/focus.js";
import { createLayers } from "../ui/layers.js";
import { createList } from "../ui/list.js";
import { createRecord } from "../ui/record.js";
import { createSearch } from "../ui/search.js";
import { createShare } from "../ui/share.js";
import { createSheet } from "../ui/sheet.js";
import { createTabs } from "../ui/tabs.js";
import { createToast } from "../ui/toast.js";
import { bounds, createStage, currentView, firstLayers, map, showHere, view } from "./common.js";
import { find, loadIndex } from "./finder.js";
import { keepVisit } from "./keeping.js";
import { excuse, fetchJson, fetchRecord, units } from "./server.js";

const SETTLE_MS = 150;
const byId = (id) => document.getElementById(id);
const params = view.filters.map((filter) => filter.param);
const readState = () => ({ ...parseState(location.search, params), lang: view.lang, keepsLang: view.keeps_lang });

let state = readState();
let trail = []; // the records that were opened before the open one, by following links
let request = null;
let timer = 0;
let last = null;
let lastUrl = "";
let open = null;
const title = view.words["site.title"];
let announced = formatSelection(state); // the selection whose number of records screen readers were told

const say = createToast(byId("toast"));
const sheet = createSheet(byId("panel"), byId("handle"));
const wayBack = createReturn(() => document.querySelector(".tabs [aria-selected=true]"));
const visibleLayers = () => state.layers ?? firstLayers;
const whole = () => formatState({ ...state, view: currentView() });
const sameAt = (a, b) => a?.layer === b?.layer && a?.id === b?.id;

const stage = createStage({ say, inset: sheet.inset, onChoose: (layer, id) => choose(layer, id, { move: false }), onPosition: (point, accuracy) => showHere({ list, sheet, tabs, camera: stage.camera }, point, accuracy), visible: visibleLayers, units });
await rest(); // the start is divided into short tasks
const emptyNote = createEmpty(view, find, { onChange: (part) => change(part, { push: true }), onChoose: (layer, id) => choose(layer, id), onWhole: showWhole });
const list = createList(byId("pane-list"), view, {
  styles: stage.features.styles,
  onChoose: (layer, id) => choose(layer, id),
  onPoint: stage.features.point,
  onFarther: () => stage.camera.zoom(-1),
  empty: () => emptyNote(state, last),
});
const filters = createFilters(byId("pane-filters"), byId("active"), byId("filters-count"), view, {
  onChange: (chosen, q) => change({ filters: chosen, q }, { push: true }),
  onOthers: (others) => change({ others }, { push: true }),
});
const layers = createLayers(byId("pane-layers"), view, {
  onLayers: (names) => change({ layers: names.join() === firstLayers.join() ? null : names }),
  onBase: (name) => change({ base: name === "communes" ? "" : name }),
  onTerrain: (on) => change({ terrain: on }),
});
const share = createShare(byId("pane-share"), view, { say, queries: () => ({ whole: whole(), selection: formatSelection(state) }) });
const record = createRecord(byId("record"), view, {
  onChoose: (layer, id) => choose(layer, id),
  onBack: () => change({ at: trail.pop() ?? null }, { push: true }),
  onClose: () => close(),
  say,
  home: view.words["tab.list"],
  address: (item) => new URL(item.map_url, view.public_url).href,
});
const tabs = createTabs(document.querySelector(".tabs"), (id, byHand) => {
  if (byHand) sheet.atLeast("half");
  if (id === "tab-share") share.draw(visibleLayers());
});
const search = createSearch(byId("search"), view, find, {
  onHit: goTo,
  onText: (q) => change({ q, at: q ? null : state.at }, { push: true }),
  onWhole: () => showWhole(true),
  isFiltered: () => Boolean(state.q || Object.keys(state.filters).length),
});

/** Open a record that was searched; without a network, which its facts need, at least show where it is. */
function goTo({ layer, id, point }) {
  if (!navigator.onLine) stage.camera.look({ point });
  choose(layer, id, { opener: byId("search-input") });
}

/** Show the whole province, without filters and text if `clear`. */
function showWhole(clear) {
  if (clear) change({ filters: {}, q: "", at: null }, { push: true });
  stage.camera.home();
}

/** Open a record; the one that is open is added to the trail, for the back button. Closing gives the focus back to `opener`. */
function choose(layer, id, { move = true, opener } = {}) {
  const at = { layer, id };
  if (sameAt(at, state.at)) return;
  if (!state.at) wayBack.remember(opener);
  if (open && state.at) trail.push({ ...state.at, title: open.title, title_lang: open.title_lang });
  change({ at }, { push: true, move });
}

/** Apply a change to the state, the URL and the page. `push` adds an entry to the browser's history. */
function change(part, { push = false, move = true } = {}) {
  const before = state;
  state = { ...state, ...part };
  remember(push);
  draw(before, { move });
}

function remember(push) {
  const query = whole();
  const url = `${location.pathname}${query ? `?${query}` : ""}`;
  if (url === lastUrl) return;
  lastUrl = url;
  history[push ? "pushState" : "replaceState"](null, "", url);
  for (const anchor of document.querySelectorAll("[data-lang]")) {
    const query = formatState({ ...state, view: currentView(), lang: anchor.dataset.lang });
    anchor.href = `${location.pathname}?${anchor.dataset.lang === "vi" && !state.keepsLang ? `lang=vi&${query}` : query}`;
  }
}

function draw(before, { move = true } = {}) {
  if (!before || before.base !== state.base || before.terrain !== state.terrain) stage.ground(state.base, { withTerrain: state.terrain }).catch(trouble);
  if (!before || chosenValues(before.filters, stage.marks.rows) !== chosenValues(state.filters, stage.marks.rows)) showUnits(move && !state.at);
  if (!before || !sameAt(before.at, state.at)) openRecord(move, before?.at);
  load();
  layers.draw(visibleLayers(), state.base || "communes", state.terrain);
  search.set(state.q);
  if (last) filters.draw(state, last.facets);
  if (!byId("pane-share").hidden) share.draw(visibleLayers());
}

async function openRecord(move, before) {
  const { at } = state;
  open = null;
  const focused = document.activeElement;
  byId("browse").hidden = Boolean(at);
  if (!at) {
    trail = [];
    const isTyping = byId("search").contains(focused); // a text that filters the records has closed this one
    record.hide();
    stage.highlight.show(null);
    document.title = title;
    if (before && !isTyping) wayBack.back(`hit-${before.layer}/${before.id}`);
    return;
  }
  record.wait();
  sheet.atLeast("half");
  try {
    const item = await fetchRecord(at);
    if (!sameAt(at, state.at)) return;
    open = item;
    document.title = `${item.title} · ${title}`;
    record.show(item, trail.at(-1));
    stage.highlight.show(item);
    stage.camera.look(item, { move });
  } catch (error) {
    if (!sameAt(at, state.at)) return;
    change({ at: null });
    say(excuse(error), { stay: true, actions: [[view.words.retry, () => choose(at.layer, at.id)]] });
  }
}

/** Mark the units that the filters name and, with `move`, show them. */
async function showUnits(move) {
  try {
    const area = await stage.marks.show(state.filters);
    if (area && move) stage.camera.frame(area);
  } catch (error) {
    trouble(error);
  }
}

/** List what is in sight, and let screen readers say how much it is where the selection is a new one. */
async function drawList() {
  const inSight = last && (await list.draw(last.layers, stage.camera.visibleBox()));
  if (inSight !== null) announce(inSight);
}

/** Let screen readers say how many records a new selection has, and a view that the keys or buttons of the map have changed. */
function announce(inSight) {
  const selection = formatSelection(state);
  if (selection === announced && !byId("mapframe").contains(document.activeElement)) return;
  announced = selection;
  const matched = Object.values(last.layers).reduce((sum, layer) => sum + layer.matched, 0);
  byId("list-status").textContent = fill(view.words["list.status"], { n: formatNumber(inSight, view.lang), m: formatNumber(matched, view.lang) });
}

/** Request the records in view when the map has stopped moving; the old features stay until the response. */
function load() {
  clearTimeout(timer);
  timer = setTimeout(ask, last ? SETTLE_MS : 0);
}

async function ask() {
  request?.abort();
  const mine = (request = new AbortController());
  byId("mapframe").classList.add("busy");
  try {
    last = await fetchJson(address(view.urls.map, {}, viewQuery(bounds(), visibleLayers(), formatSelection(state), view.extent)), mine.signal);
    await rest();
    if (!(await stage.features.show(Object.values(last.layers).flatMap((layer) => layer.features), last.tied))) return;
    await rest();
    await drawList();
    filters.draw(state, last.facets);
    say.settle();
    if (document.documentElement.dataset.ready !== "yes") whenIdle(() => keepVisit(view.urls.offline));
    await stage.uncover();
    document.documentElement.dataset.ready = "yes";
    whenIdle(loadIndex);
  } catch (error) {
    if (error.name === "AbortError") return;
    trouble(error);
    stage.uncover();
  } finally {
    if (mine === request) byId("mapframe").classList.remove("busy");
  }
}

const whenIdle = (act) => (window.requestIdleCallback ? requestIdleCallback(act, { timeout: 2000 }) : setTimeout(act, 500));
const trouble = (error) => say(excuse(error), { stay: true, trouble: true, actions: [[view.words.retry, () => draw(null, { move: false })]] });

window.addEventListener("popstate", () => {
  const before = state;
  state = readState();
  if (sameAt(trail.at(-1), state.at)) trail.pop();
  lastUrl = `${location.pathname}${location.search}`;
  if (state.view) stage.camera.restore(state);
  draw(before, { move: !state.view });
});
window.addEventListener("online", () => draw(null, { move: false }));
window.addEventListener("offline", () => trouble({}));
new ResizeObserver(() => map.invalidateSize()).observe(byId("mapframe"));

byId("search-input").addEventListener("focus", loadIndex);
const close = () => state.at && (change({ at: null }, { push: true }), true);
onEscape(close, sheet.lower);
byId("skip-list").addEventListener("click", (event) => {
  event.preventDefault();
  close();
  tabs.show("tab-list");
  sheet.atLeast("half");
  byId("pane-list").focus();
});
byId("skip-map").addEventListener("click", (event) => {
  event.preventDefault();
  map.getContainer().focus();
});

await rest();
list.wait();
tabs.show("tab-list");
stage.camera.restore(state);
remember(false);
map.on("moveend", () => {
  remember(false);
  drawList();
  load();
});
await rest();
draw(null, { move: !state.view });
