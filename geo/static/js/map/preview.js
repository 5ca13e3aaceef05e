// Differences on the map: what is added, changed, removed, and where it was.

import { boxOf, inOrder, moves } from "../core/preview.js";
import { escapeMarkup } from "../core/format.js";
import { L, latLng } from "./leaflet.js";

const RADIUS_PX = 8;

/** Draw features; `show(id)` brings one record into view and opens its name. */
export function createPreview(map, words) {
  const group = L.featureGroup().addTo(map);
  const byId = new Map();
  let drawn = [];

  function draw(features) {
    group.clearLayers();
    byId.clear();
    drawn = inOrder(features);
    for (const line of moves(drawn)) group.addLayer(L.polyline(line.map(latLng), { className: "mark--line", interactive: false }));
    for (const feature of drawn) add(feature);
    fit(drawn);
  }

  function add(feature) {
    const { id, title, status, approximate } = feature.properties;
    const isPoint = feature.geometry.type === "Point";
    const kind = isPoint ? "" : feature.geometry.type.endsWith("Polygon") ? " mark--area" : " mark--track";
    const className = `mark mark--${status}${kind}${approximate ? " mark--approximate" : ""}`;
    const layer = isPoint ? L.circleMarker(latLng(feature.geometry.coordinates), { radius: RADIUS_PX, className }) : L.geoJSON(feature, { style: { className } });
    layer.bindTooltip(`${escapeMarkup(title ?? "")} (${escapeMarkup(id ?? feature.id ?? "")}) · ${escapeMarkup(words[`diff.${status}`] ?? "")}${approximate ? ` · ${escapeMarkup(words.approximate)}` : ""}`);
    group.addLayer(layer);
    if (status !== "before") byId.set(String(id ?? feature.id), { feature, layer });
  }

  function fit(features) {
    const box = boxOf(features);
    if (!box) return;
    const [west, south, east, north] = box;
    map.fitBounds(L.latLngBounds(latLng([west, south]), latLng([east, north])), { padding: [40, 40], maxZoom: 13, animate: false });
  }

  function show(id) {
    const found = byId.get(id);
    if (!found) return false;
    fit(drawn.filter((one) => String(one.properties.id) === id));
    found.layer.openTooltip();
    return true;
  }

  return { draw, show };
}
