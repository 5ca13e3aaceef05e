// The state of the map page: parsed from the URL and formatted for it. No DOM, no Leaflet.

const OWN = new Set(["lang", "map", "layers", "base", "terrain", "q", "at", "others"]);
const OTHERS = ["dim", "hide", "show"]; // what becomes of records that no link joins to what a filter chooses

/** `search` ("?map=9/21.5/103&stars=4") as {lang, view, layers, base, terrain, q, at, others, filters}. Invalid parts are ignored. */
export function parseState(search, filterParams) {
  const params = new URLSearchParams(search);
  const filterNames = new Set(filterParams);
  const filters = {};
  for (const [name, value] of params) {
    if (!OWN.has(name) && filterNames.has(name)) {
      filters[name] = [...new Set([...(filters[name] ?? []), ...split(value)])];
    }
  }
  return {
    lang: params.get("lang") ?? "",
    view: parseView(params.get("map")),
    layers: params.has("layers") ? split(params.get("layers")) : null,
    base: params.get("base") ?? "",
    terrain: params.get("terrain") !== "off",
    q: params.get("q") ?? "",
    at: parseAt(params.get("at")),
    others: OTHERS.includes(params.get("others")) ? params.get("others") : "dim",
    filters,
  };
}

/** The query string of a state, without the question mark; defaults are left out. */
export function formatState(state) {
  const params = [];
  const add = (name, value) => value && params.push(`${name}=${encodeURIComponent(value).replace(/%2C/g, ",").replace(/%2F/g, "/")}`);
  add("lang", state.lang === "vi" && !state.keepsLang ? "" : state.lang); // kept where the browser prefers another
  if (state.view) add("map", `${round(state.view.zoom, 2)}/${round(state.view.lat, 5)}/${round(state.view.lng, 5)}`);
  if (state.layers) params.push(`layers=${state.layers.join(",")}`);
  add("base", state.base);
  add("terrain", state.terrain === false ? "off" : "");
  add("q", state.q);
  for (const name of Object.keys(state.filters).sort()) add(name, state.filters[name].join(","));
  add("others", state.others === "dim" ? "" : state.others);
  if (state.at) add("at", `${state.at.layer}/${state.at.id}`);
  return params.join("&");
}

/** The query string of the parameters that select records: text and filters. */
export function formatSelection(state) {
  return formatState({ lang: state.lang, view: null, layers: null, base: "", q: state.q, at: null, others: state.others, filters: state.filters });
}

/** The values of the filters `rows` as one text, to tell whether they have changed. */
export const chosenValues = (filters, rows) => rows.map(({ param }) => `${param}=${filters[param] ?? ""}`).join("&");

function split(text) {
  return text.split(",").map((part) => part.trim()).filter(Boolean);
}

function parseView(text) {
  const parts = (text ?? "").split("/").map(Number);
  if (parts.length !== 3 || parts.some((part) => !Number.isFinite(part)) || !text) return null;
  const [zoom, lat, lng] = parts;
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 180 && zoom >= 0 && zoom <= 22 ? { zoom, lat, lng } : null;
}

function parseAt(text) {
  const [layer, ...id] = (text ?? "").split("/");
  return layer && id.join("/") ? { layer, id: id.join("/") } : null;
}

function round(number, digits) {
  return Number(number.toFixed(digits));
}
