// The map embedded in another page: without panel; a selected record opens in a card, and a link leads to the full map.

import { address, viewQuery } from "../core/address.js";
import { formatSelection, formatState, parseState } from "../core/state.js";
import { createReturn, onEscape } from "../ui/focus.js";
import { createRecord } from "../ui/record.js";
import { createToast } from "../ui/toast.js";
import { bounds, createStage, currentView, firstLayers, map, view } from "./common.js";
import { excuse, fetchJson, fetchRecord, units } from "./server.js";

const byId = (id) => document.getElementById(id);
const narrow = matchMedia("(max-width: 719px)");
const CARD_PX = 400;
const TOOLS_PX = 56;
const state = { ...parseState(location.search, view.filters.map((filter) => filter.param)), lang: view.lang };
const say = createToast(byId("toast"));
const box = byId("record");

const inset = () => {
  const open = !box.hidden;
  return { top: 48, right: TOOLS_PX, bottom: open && narrow.matches ? box.offsetHeight : 0, left: open && !narrow.matches ? CARD_PX : 0 };
};
const record = createRecord(box, view, { onChoose: (layer, id) => choose(layer, id), onClose: close, say, address: (item) => new URL(item.map_url, view.public_url).href });
const visibleLayers = () => state.layers ?? firstLayers;
const stage = createStage({ say, inset, onChoose: (layer, id) => choose(layer, id, false), visible: visibleLayers, units });
const wayBack = createReturn(() => map.getContainer());

function close() {
  if (!state.at) return false;
  state.at = null;
  record.hide();
  stage.highlight.show(null);
  wayBack.back("");
  leadOut();
  return true;
}

async function choose(layer, id, move = true) {
  try {
    if (!state.at) wayBack.remember();
    const chosenRecord = await fetchRecord({ layer, id });
    state.at = { layer, id };
    record.show(chosenRecord);
    stage.highlight.show(chosenRecord);
    stage.camera.look(chosenRecord, { move });
    leadOut();
  } catch (error) {
    say(excuse(error));
  }
}

function leadOut() {
  byId("full").href = `${view.urls.full}?${formatState({ ...state, view: currentView() })}`;
}

async function load() {
  leadOut();
  try {
    const answer = await fetchJson(address(view.urls.map, {}, viewQuery(bounds(), visibleLayers(), formatSelection(state), view.extent)));
    await stage.features.show(Object.values(answer.layers).flatMap((layer) => layer.features), answer.tied);
    document.documentElement.dataset.ready = "yes";
  } catch (error) {
    say(excuse(error), { stay: true, actions: [[view.words.retry, load]] });
  }
}

onEscape(close);
stage.camera.restore(state);
await stage.ground(state.base, { withTerrain: state.terrain }).catch((error) => say(excuse(error)));
const area = await stage.marks.show(state.filters).catch((error) => say(excuse(error)));
if (area && !state.view && !state.at) stage.camera.frame(area);
map.on("moveend", load);
await load();
await stage.uncover();
if (state.at) await choose(state.at.layer, state.at.id, !state.view);
