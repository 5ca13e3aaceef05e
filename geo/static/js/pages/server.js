// Requests to the server.

import { address } from "../core/address.js";
import { unpack } from "../core/topology.js";
import { view } from "./common.js";

/**
 * The JSON of a URL. Throws an Error on failure; its `description` is the server's message, empty without one.
 * `priority` "low" lets other requests go first on a slow network.
 */
export async function fetchJson(url, signal, priority = "auto") {
  const response = await fetch(url, { signal, priority, headers: { Accept: "application/json, application/geo+json" } });
  if (response.ok) return response.json();
  const { description = "" } = await response.json().catch(() => ({}));
  throw Object.assign(new Error(description || `${response.status} ${url}`), { description });
}

/** A record's view-model in the language of the page. */
export const fetchRecord = (at, signal) => fetchJson(address(view.urls.record, at, `lang=${view.lang}`), signal);

/** The message for a failed request. */
export const excuse = (error) => (navigator.onLine ? error.description || view.words["error.load"] : view.words["error.offline"]);

/** The features of the units that a filter names: those of the layer of their outlines, else the units themselves. */
async function outlines({ param, unit, outline }, values) {
  const own = () => fetchJson(address(view.urls.items, { layer: unit }, `ids=${values.map(encodeURIComponent).join(",")}&limit=1000`));
  if (outline === unit) return (await own()).features;
  const { features } = await fetchJson(address(view.urls.items, { layer: outline }, `${param}=${values.map(encodeURIComponent).join(",")}&limit=1000`));
  return features.length ? features : (await own()).features;
}

/**
 * The polygons of the units, `light(layer)` simplified and `fine(layer)` in full detail, the `outlines` of those that
 * a filter names, and files of the base map.
 */
export const units = {
  outlines,
  terrain: (band, name) => fetchJson(address(view.terrain.urls.file, { band, name }), undefined, "low"),
  light: async (layer) => unpack(await fetchJson(address(view.urls.base, { layer }))),
  fine: (layer) => fetchJson(address(view.urls.items, { layer }, "limit=1000")),
};
