// The base map that needs no tiles: the province's own outline, its units, and their names where they fit.

import { address } from "../core/address.js";
import { declutter } from "../core/declutter.js";
import { L, latLng } from "./leaflet.js";

const FULL_DETAIL_ZOOM = 11;
const LABEL_ZOOM = { communes: 9, districts: 7 };
const LINES = {
  communes: { color: "#a8a291", weight: 1, opacity: 0.9 },
  districts: { color: "#8d8262", weight: 1.5, dashArray: "7 3" },
};

/** Draw the base map; `choose(name)` switches between communes, districts, plain and the operator's tiles. */
export async function createBase(map, view, fetchJson) {
  map.createPane("ground").style.zIndex = 200;
  map.createPane("lines").style.zIndex = 250;
  map.createPane("labels").style.zIndex = 640;
  map.getPane("labels").style.pointerEvents = "none";
  const quiet = { interactive: false, pane: "ground" };
  const load = (layer) => fetchJson(address(view.urls.base, { layer }));

  const province = await load("province");
  const rings = province.features.flatMap((feature) => outerRings(feature.geometry));
  const world = [[-89, -179], [89, -179], [89, 179], [-89, 179]];
  const outside = L.polygon([world, ...rings], { ...quiet, stroke: false, fillColor: "#ebe4d4", fillOpacity: 1 });
  const land = L.geoJSON(province, { ...quiet, style: { stroke: false, fillColor: "#fffdf8", fillOpacity: 1 } });
  const halo = L.geoJSON(province, { ...quiet, style: { color: "#cfc5ac", weight: 7, opacity: 0.55, fill: false } });
  const edge = L.geoJSON(province, { ...quiet, pane: "lines", style: { color: "#6b6a5c", weight: 1.8, fill: false } });
  const ground = L.layerGroup([land, outside, halo]).addTo(map);
  edge.addTo(map);

  const units = new Map();
  let tiles = null;
  let chosen = "";

  async function show(name) {
    if (!units.has(name)) units.set(name, unitLayer(map, name, await load(name), view.lang));
    return units.get(name);
  }

  async function choose(name) {
    const operator = view.tile_layers.find((layer) => layer.name === name);
    chosen = operator || ["communes", "districts", "plain"].includes(name) ? name : "communes";
    units.forEach((unit) => unit.remove());
    tiles?.remove();
    tiles = null;
    if (operator) {
      tiles = L.tileLayer(operator.url, { attribution: operator.attribution, maxZoom: view.max_zoom }).addTo(map);
      ground.remove();
    } else {
      ground.addTo(map);
      if (chosen !== "plain") {
        const unit = await show(chosen);
        if (chosen === name || !operator) unit.add();
      }
    }
    return chosen;
  }

  async function detail() {
    if (map.getZoom() < FULL_DETAIL_ZOOM || !units.has(chosen)) return;
    const box = map.getBounds();
    const query = `bbox=${[box.getWest(), box.getSouth(), box.getEast(), box.getNorth()].map((n) => n.toFixed(4)).join(",")}&limit=60`;
    try {
      units.get(chosen).refine(await fetchJson(address(view.urls.items, { layer: chosen }, query)));
    } catch {
      // The light lines are still there; the next move asks again.
    }
  }

  map.on("moveend", detail);
  return { choose, current: () => chosen };
}

function outerRings(geometry) {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  return polygons.map(([ring]) => ring.map(latLng));
}

function unitLayer(map, name, collection, lang) {
  const style = { ...LINES[name], fill: false };
  const lines = L.geoJSON(collection, { interactive: false, pane: "lines", style });
  const fine = L.geoJSON(null, { interactive: false, pane: "lines", style });
  const labels = collection.features.map((feature) => nameOf(feature.properties, name, lang));
  const group = L.layerGroup([lines, ...labels]);
  const seen = new Set();

  function place() {
    const visible = map.getZoom() >= LABEL_ZOOM[name];
    const boxes = labels.map((label) => {
      const { x, y } = map.latLngToContainerPoint(label.getLatLng());
      return { x, y, width: label.wide, height: 16 };
    });
    const kept = declutter(boxes);
    labels.forEach((label, i) => label.getElement()?.classList.toggle("maplabel--off", !visible || !kept[i]));
  }

  function swap() {
    const near = map.getZoom() >= FULL_DETAIL_ZOOM && seen.size > 0;
    if (near) fine.addTo(map);
    else fine.remove();
    if (near === group.hasLayer(lines)) near ? group.removeLayer(lines) : group.addLayer(lines);
  }

  return {
    add() {
      group.addTo(map);
      map.on("zoomend moveend", place);
      map.on("zoomend", swap);
      place();
    },
    remove() {
      group.remove();
      fine.remove();
      map.off("zoomend moveend", place);
      map.off("zoomend", swap);
    },
    refine(page) {
      const fresh = page.features.filter((feature) => !seen.has(feature.id));
      fresh.forEach((feature) => seen.add(feature.id));
      fine.addData({ type: "FeatureCollection", features: fresh });
      swap();
    },
  };
}

function nameOf(properties, name, lang) {
  const span = document.createElement("span");
  span.textContent = lang === "en" && properties.title_en ? properties.title_en : properties.title;
  const icon = L.divIcon({ className: `maplabel maplabel--${name}`, html: span, iconSize: [0, 0] });
  const label = L.marker([properties.lat, properties.lng], { icon, pane: "labels", interactive: false, keyboard: false });
  label.wide = span.textContent.length * (name === "districts" ? 8.500 : 7.200);
  return label;
}
