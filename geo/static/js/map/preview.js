// The differences of a review or between versions on the map: added, changed and removed records, and old positions.

import { boxOf, inOrder, moves } from "../core/preview.js";
import { escapeMarkup } from "../core/format.js";
import { wrap } from "../core/lines.js";
import { L, latLng } from "./leaflet.js";

const RADIUS_PX = 8;
const MAX_ZOOM = 13;
const TWO_READINGS_MAX_ZOOM = 16; // two readings of coordinates lie some 200 m apart

/**
 * `draw(features)` draws the differences, `show(id)` moves to one record and opens its tooltip, `names()` gives the labels
 * of the records for map/labels.js.
 */
export function createPreview(map, words) {
  const group = L.featureGroup().addTo(map);
  const byId = new Map();
  let ordered = [];

  function draw(features) {
    group.clearLayers();
    byId.clear();
    ordered = inOrder(features);
    for (const line of moves(ordered)) group.addLayer(L.polyline(line.map(latLng), { className: "mark--line", interactive: false }));
    for (const feature of ordered) add(feature);
    fit(ordered);
  }

  function add(feature) {
    const { id, title, status, approximate, reading } = feature.properties;
    const isPoint = feature.geometry.type === "Point";
    const kind = isPoint ? "" : feature.geometry.type.endsWith("Polygon") ? " mark--area" : " mark--track";
    const className = `mark mark--${status}${kind}${approximate ? " mark--approximate" : ""}`;
    const layer = isPoint ? L.circleMarker(latLng(feature.geometry.coordinates), { radius: RADIUS_PX, className }) : L.geoJSON(feature, { style: { className } });
    layer.bindTooltip(`${escapeMarkup(title ?? "")} (${escapeMarkup(id ?? feature.id ?? "")}) · ${escapeMarkup(words[`diff.${status}`] ?? "")}${approximate ? ` · ${escapeMarkup(words.approximate)}` : ""}${reading ? `: ${escapeMarkup(reading[document.documentElement.lang] ?? reading.en)}` : ""}`);
    group.addLayer(layer);
    if (status !== "before" && status !== "elsewhere") byId.set(String(id ?? feature.id), { feature, layer });
  }

  function fit(features) {
    const box = boxOf(features);
    if (!box) return;
    const [west, south, east, north] = box;
    map.fitBounds(L.latLngBounds(latLng([west, south]), latLng([east, north])), { padding: [40, 40], maxZoom: features.some((one) => one.properties.status === "elsewhere") ? TWO_READINGS_MAX_ZOOM : MAX_ZOOM, animate: false });
  }

  function show(id) {
    const entry = byId.get(id);
    if (!entry) return false;
    fit(ordered.filter((one) => String(one.properties.id) === id));
    entry.layer.openTooltip();
    return true;
  }

  function names() {
    return [...byId].map(([id, { feature, layer }]) => {
      const isPoint = feature.geometry.type === "Point";
      const at = isPoint ? layer.getLatLng() : layer.getBounds().getCenter();
      return { key: `preview/${id}`, at, lines: wrap(feature.properties.title ?? ""), kind: "place", size: 11.5, bold: false, around: isPoint ? RADIUS_PX + 4 : 0, priority: 1 };
    });
  }

  return { draw, show, names };
}
