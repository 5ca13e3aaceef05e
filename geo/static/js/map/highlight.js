// The selected record and its linked records drawn above the map; other records are dimmed.

import { fan } from "../core/fan.js";
import { distance } from "../core/geodesic.js";
import { wrap } from "../core/lines.js";
import { L, latLng } from "./leaflet.js";
import { marker, symbolSvg, tip } from "./symbols.js";

const LIT = 30;
const CHOSEN = 40;
const FAR_M = 30_000;

/** Calls `onChoose(layer, id)` when a linked record is selected, `dim(ids)` to dim the others, `onDrawn()` after each change. */
export function createHighlight(map, view, { styles, dim, onChoose, onDrawn }) {
  map.createPane("spread").style.zIndex = 370;
  map.createPane("threads").style.zIndex = 610;
  map.createPane("lit").style.zIndex = 650;
  const light = L.layerGroup().addTo(map);
  let record = null;
  let linked = [];

  /** Highlight the record of a view-model; null ends it. */
  function show(chosenRecord) {
    record = chosenRecord;
    linked = chosenRecord ? linksOf(chosenRecord) : [];
    dim(chosenRecord ? new Set([keyOf(chosenRecord), ...linked.map(keyOf)]) : null);
    draw();
  }

  function linksOf({ links }) {
    const items = links.flatMap((group) => group.items).filter((item) => styles.get(item.layer)?.on);
    return [...new Map(items.map((item) => [keyOf(item), item])).values()];
  }

  function draw() {
    light.clearLayers();
    if (record) {
      outline();
      if (record.point) stars();
    }
    onDrawn();
  }

  function outline() {
    const { geometry, point, precision, color } = record;
    if (geometry && geometry.type !== "Point") {
      light.addLayer(L.geoJSON(geometry, { interactive: false, pane: "threads", style: { color, weight: 3.5, fill: false, className: "lit-outline" } }));
    } else if (point && precision?.approximate && precision.uncertainty_m) {
      light.addLayer(L.circle(latLng(point), { radius: precision.uncertainty_m, interactive: false, pane: "spread", color, weight: 1.4, dashArray: "5 5", fillColor: color, fillOpacity: 0.05 }));
    }
  }

  /** Draw the record, its linked records and lines to them; symbols at the same point are spread around it. */
  function stars() {
    const placed = linked.filter((item) => item.point && item.shape !== "area");
    const from = latLng(record.point);
    const pixels = placed.map((item) => map.project(latLng(item.point)));
    const offsets = fan(pixels, styles.has(record.layer) ? map.project(from) : null);
    placed.forEach((item, i) => {
      const at = latLng(item.point);
      const to = map.unproject(pixels[i].add([offsets[i].x, offsets[i].y]));
      if (styles.get(record.layer)?.on) light.addLayer(thread(item, from, to));
      light.addLayer(star(item, at, LIT, "pin pin--linked", offsets[i]));
    });
    if (styles.has(record.layer)) light.addLayer(star(record, from, CHOSEN, "pin pin--chosen"));
  }

  /** The line of a link: solid if it is certain, dotted if not, pale if the other record is far away. */
  function thread(item, from, to) {
    const opacity = distance(record.point, item.point) > FAR_M ? 0.35 : 0.85;
    return L.polyline([from, to], { interactive: false, pane: "threads", color: item.color, weight: 1.6, opacity, dashArray: item.certain ? null : "1 5", lineCap: "round" });
  }

  function star(item, at, size, className, offset) {
    const pin = marker(at, () => symbolSvg(item, item.icon, view, { size }), [item.title, item.distance].filter(Boolean).join(", "), { size, className, offset, pane: "lit", zIndexOffset: className.endsWith("chosen") ? 1000 : 0 });
    tip(pin, item.title);
    pin.on("click", () => item !== record && onChoose(item.layer, item.id));
    pin.lit = item;
    return pin;
  }

  /** The labels of the highlighted records, the selected one first. */
  function names() {
    const labels = [];
    light.eachLayer((layer) => {
      if (!layer.lit) return;
      const chosen = layer.lit === record;
      const size = chosen ? CHOSEN : LIT;
      const { x, y } = L.point(layer.options.icon.options.iconAnchor);
      const at = map.layerPointToLatLng(map.latLngToLayerPoint(layer.getLatLng()).subtract([x - size / 2, y - size / 2]));
      labels.push({ key: `lit/${keyOf(layer.lit)}`, at, lines: wrap(layer.lit.title), kind: chosen ? "chosen" : "place", size: chosen ? 13 : 11.5, bold: chosen, around: size / 2 + 3, priority: chosen ? 0 : 1 });
    });
    return labels;
  }

  map.on("zoomend", () => record && draw());
  return { show, names };
}

const keyOf = ({ layer, id }) => `${layer}/${id}`;
