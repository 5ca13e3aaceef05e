// The board of value chains: its records on the map, and the chain of one product lit with lines to its ends.

import { address } from "../core/address.js";
import { fill } from "../core/format.js";
import { el, icon } from "../ui/dom.js";
import { createToast } from "../ui/toast.js";
import { createStage, view } from "./common.js";
import { excuse, fetchJson, units } from "./server.js";

const marks = JSON.parse(document.getElementById("marks").textContent);
const say = createToast(document.getElementById("toast"));
const rows = [...document.querySelectorAll("[data-product]")];
const layers = new Map(view.groups.flatMap((group) => group.layers).map((layer) => [layer.name, layer]));
const stage = createStage({ say, onChoose: choose, units });
let lit = null;

/** A record as the highlights of the map need it; `at` is "layer/key". */
function record(at, title, certain) {
  const [layer, id] = [at.slice(0, at.indexOf("/")), at.slice(at.indexOf("/") + 1)];
  const { color, shape, icon: sign } = layers.get(layer);
  const { point = null, uncertainty_m: metres = 0 } = marks[at] ?? {};
  return { layer, id, title, color, shape, icon: sign, point, certain, geometry: point && { type: "Point", coordinates: point }, bbox: null, precision: { approximate: metres > 100, uncertainty_m: metres } };
}

function chainOf(row) {
  const items = [...row.querySelectorAll("[data-end]:not([data-beyond])")].map((end) => record(end.dataset.end, end.querySelector("a").textContent, end.hasAttribute("data-sure")));
  return { ...record(`products/${row.dataset.product}`, row.querySelector("th a").textContent, true), links: [{ items }] };
}

/** Light the chain of a row, or none. */
function light(row) {
  lit = row;
  for (const one of rows) {
    one.classList.toggle("chainboard__lit", one === row);
    one.querySelector(".lightchain").setAttribute("aria-pressed", String(one === row));
  }
  const chain = row && chainOf(row);
  stage.highlight.show(chain);
  if (chain?.point) stage.camera.look(chain);
  else if (chain) say(view.words["list.unplaced"]);
}

/** A symbol on the map lights the chain of its product, or of the first product that has it in its chain. */
function choose(layer, id) {
  const row = layer === "products" ? rows.find((one) => one.dataset.product === id) : rows.find((one) => one.querySelector(`[data-end="${CSS.escape(layer)}/${CSS.escape(id)}"]`));
  if (!row) return;
  light(row);
  row.scrollIntoView({ block: "nearest" });
}

function addButton(row) {
  const name = row.querySelector("th a").textContent;
  const press = () => {
    light(lit === row ? null : row);
    if (lit) document.getElementById("mapframe").scrollIntoView({ block: "nearest" });
  };
  row.querySelector("th").append(el("button", { type: "button", class: "lightchain", "aria-pressed": "false", "aria-label": fill(view.words["plan.chains.light"], { name }), title: fill(view.words["plan.chains.light"], { name }), onclick: press }, icon(view.urls.icons, "locate")));
}

function features() {
  const titles = new Map(rows.flatMap((row) => [[`products/${row.dataset.product}`, row.querySelector("th a").textContent], ...[...row.querySelectorAll("[data-end]")].map((end) => [end.dataset.end, end.querySelector("a").textContent])]));
  return [...titles].filter(([at]) => marks[at]).map(([at, title]) => {
    const { layer, id, geometry, precision } = record(at, title, true);
    return { type: "Feature", id: at, geometry, properties: { layer, id, title, symbol: null, precision: precision.approximate ? "commune" : "exact", detail: "" } };
  });
}

async function start() {
  rows.forEach(addButton);
  stage.camera.home({ animate: false });
  const [{ layers: drawn }] = await Promise.all([fetchJson(address(view.urls.map, {}, `layers=zones&lang=${view.lang}`)), stage.ground("communes")]);
  await stage.features.show([...drawn.zones.features, ...features()]);
  document.documentElement.dataset.ready = "yes";
}

await start().catch((error) => say(excuse(error), { stay: true }));
