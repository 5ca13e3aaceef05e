// What the map page and its embedded version share: the view, the map that folium made, and asking the server.

import { address } from "../core/address.js";
import { latLng } from "../map/leaflet.js";
import { icon } from "../ui/dom.js";

export const view = JSON.parse(document.getElementById("view").textContent);
export const map = window.atlasShell.map;

/** JSON of an address; throws what went wrong. */
export async function fetchJson(url, signal) {
  const response = await fetch(url, { signal, headers: { Accept: "application/json, application/geo+json" } });
  if (!response.ok) throw new Error(`${response.status} ${url}`);
  return response.json();
}

/** A record's view-model in the language of the page. */
export const fetchRecord = (at, signal) => fetchJson(address(view.urls.record, at, `lang=${view.lang}`), signal);

export function toolButton(name, label) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "tools__button";
  made.title = label;
  made.setAttribute("aria-label", label);
  made.append(icon(view.urls.icons, name));
  return made;
}

/** Bring a record into view without hiding it under the panel. */
export function goTo(record, { padding = [40, 40], closest = 12 } = {}) {
  if (record.geometry && record.geometry.type !== "Point" && record.bbox) {
    const [west, south, east, north] = record.bbox;
    map.fitBounds([[south, west], [north, east]], { padding, maxZoom: closest });
  } else if (record.point) {
    map.setView(latLng(record.point), Math.max(map.getZoom(), Math.min(closest, 11)));
  }
}

/** Put the map where a state says, else around the province. */
export function applyView(state) {
  if (state.view) map.setView([state.view.lat, state.view.lng], state.view.zoom, { animate: false });
}
