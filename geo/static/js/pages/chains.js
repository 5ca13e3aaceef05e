// The board of value chains: its records on the map, and the chain of one product lit with lines to its ends.

import { fill } from "../core/format.js";
import { el, icon } from "../ui/dom.js";
import { createToast } from "../ui/toast.js";
import { createStage, view } from "./common.js";
import { excuse, units } from "./server.js";

const features = JSON.parse(document.getElementById("marks").textContent); // of the version of the page
const places = new Map(features.map((feature) => [feature.id, feature]));
const say = createToast(document.getElementById("toast"));
const rows = [...document.querySelectorAll("[data-product]")];
const layers = new Map(view.groups.flatMap((group) => group.layers).map((layer) => [layer.name, layer]));
const stage = createStage({ say, onChoose: choose, units });
let lit = null;

/** A record as the highlights of the map need it; `at` is "layer/key". */
function record(at, title, certain) {
  const [layer, id] = [at.slice(0, at.indexOf("/")), at.slice(at.indexOf("/") + 1)];
  const { color, shape, icon: sign, icons } = layers.get(layer);
  const { geometry = null, properties = {} } = places.get(at) ?? {};
  const point = geometry?.type === "Point" ? geometry.coordinates : null;
  const precision = view.precisions[properties.precision] ?? null;
  return { layer, id, title, color, shape, icon: icons[properties.symbol] ?? sign, point, certain, geometry, bbox: null, precision };
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

async function start() {
  rows.forEach(addButton);
  stage.camera.home({ animate: false });
  await stage.ground("communes");
  await stage.features.show(features);
  document.documentElement.dataset.ready = "yes";
}

await start().catch((error) => say(excuse(error), { stay: true }));
