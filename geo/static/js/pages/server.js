// What the pages ask the server.

import { address } from "../core/address.js";
import { view } from "./common.js";

/** JSON of an address. Throws what went wrong; `message` is the server's own sentence where it has one. */
export async function fetchJson(url, signal) {
  const response = await fetch(url, { signal, headers: { Accept: "application/json, application/geo+json" } });
  if (response.ok) return response.json();
  const { description = "" } = await response.json().catch(() => ({}));
  throw Object.assign(new Error(description || `${response.status} ${url}`), { description });
}

/** A record's view-model in the language of the page. */
export const fetchRecord = (at, signal) => fetchJson(address(view.urls.record, at, `lang=${view.lang}`), signal);

/** What people are told when something could not be loaded. */
export const excuse = (error) => (navigator.onLine ? error.description || view.words["error.load"] : view.words["error.offline"]);

/** The features of the base map: `light(layer)` for the whole province, `fine(layer)` in full detail. */
export const units = {
  light: (layer) => fetchJson(address(view.urls.base, { layer })),
  fine: (layer) => fetchJson(address(view.urls.items, { layer }, "limit=1000")),
};
