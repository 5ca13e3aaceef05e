// The base map that needs no tiles: the land of the province in soft light, the borders of its units, their names.

import { escapeMarkup } from "../core/format.js";
import { areaOf } from "../core/geodesic.js";
import { inside } from "../core/inside.js";
import { mesh } from "../core/mesh.js";
import { L, latLng } from "./leaflet.js";

const FINE_ZOOM = 10.5;
const SLIVER_M2 = 1e6;
const GLOW = [34, 24, 15, 8];
const NAMES = { communes: { size: 12, bold: false }, districts: { size: 13, bold: true } };

/**
 * Draw the base map. `choose(name)` switches between communes, districts, plain and the operator's tiles.
 * `units.light(layer)` and `units.fine(layer)` promise a FeatureCollection of polygons; without `fine` the light one
 * serves every zoom.
 */
export function createBase(map, view, units) {
  const panes = { ground: 200, borders: 250 };
  for (const [name, order] of Object.entries(panes)) map.createPane(name).style.zIndex = order;
  const renderers = Object.fromEntries(Object.keys(panes).map((pane) => [pane, L.svg({ pane, padding: 0.35 })]));
  const [glow, drawn] = [L.layerGroup().addTo(map), L.layerGroup().addTo(map)];
  const held = new Map();
  const state = { chosen: "communes", tiles: null, fine: false, names: [] };
  const layerOf = () => (state.chosen === "districts" ? "districts" : "communes");

  const light = (layer) => once(layer, () => units.light(layer));
  const fine = (layer) => once(`${layer}:fine`, () => units.fine(layer));
  async function once(key, ask) {
    if (!held.has(key)) held.set(key, ask().then((answer) => ({ features: answer.features, borders: mesh(answer.features) })));
    try {
      return await held.get(key);
    } catch (error) {
      held.delete(key);
      throw error;
    }
  }

  async function choose(name) {
    const operator = view.tile_layers.find((layer) => layer.name === name);
    state.chosen = operator || ["districts", "plain"].includes(name) ? name : "communes";
    state.tiles?.remove();
    state.tiles = operator ? L.tileLayer(operator.url, { attribution: escapeMarkup(operator.attribution), maxZoom: view.max_zoom }).addTo(map) : null;
    const known = await light(layerOf());
    state.names = ["communes", "districts"].includes(state.chosen) ? known.features.map((feature) => nameOf(feature, state.chosen, view.lang)) : [];
    state.fine = false;
    draw(known.borders);
    await refine();
  }

  function draw({ inner, outer }) {
    const look = (pane, className, weight) => ({ pane, renderer: renderers[pane], interactive: false, smoothFactor: 0.5, className, weight });
    // Two units that leave a sliver between them have a rim around nothing: it is their border.
    const isRim = (ring) => areaOf(ring) < SLIVER_M2;
    const rings = outer.filter((ring) => !isRim(ring)).map((ring) => ring.map(latLng));
    drawn.clearLayers();
    if (!state.fine) glow.clearLayers();
    if (!state.tiles) {
      // The glow is soft: it stays as it was when the lines become fine.
      if (!state.fine) GLOW.forEach((weight) => glow.addLayer(L.polygon(rings, { ...look("ground", "ground ground--glow", weight), fill: false })));
      drawn.addLayer(L.polygon(rings, { ...look("ground", "ground ground--land", 0), stroke: false, fillOpacity: 1 }));
    }
    if (state.chosen in NAMES) {
      const lines = [...inner, ...outer.filter(isRim)].map((line) => line.map(latLng));
      drawn.addLayer(L.polyline(lines, look("borders", `border border--${state.chosen}`, state.chosen === "districts" ? 1.6 : 1)));
    }
    drawn.addLayer(L.polygon(rings, { ...look("borders", "border border--province", 1.8), fill: false }));
  }

  /** The whole outline in full detail, once it can be seen. */
  async function refine() {
    if (!units.fine || state.fine || map.getZoom() < FINE_ZOOM) return;
    const wanted = layerOf();
    try {
      const { borders } = await fine(wanted);
      if (wanted !== layerOf() || state.fine) return;
      state.fine = true;
      draw(borders);
    } catch {
      // The light lines are still there; the next move asks again.
    }
  }

  map.on("zoomend", refine);
  return { choose, names: () => names(map, state) };
}

function nameOf({ id, properties, geometry }, layer, lang) {
  const text = lang === "en" && properties.title_en ? properties.title_en : properties.title;
  const box = L.geoJSON(geometry).getBounds();
  const fits = ({ lat, lng }) => inside([lng, lat], geometry);
  return { key: `${layer}/${id}`, at: L.latLng(properties.lat, properties.lng), lines: [text], kind: layer, around: 0, deg: box.getEast() - box.getWest(), fits, ...NAMES[layer] };
}

/** The names that their units have room for at this zoom, the widest units first. */
function names(map, { names: all }) {
  const pixelsPerDegree = (256 * 2 ** map.getZoom()) / 360;
  return all.map((name) => ({ ...name, wide: name.deg * pixelsPerDegree })).sort((a, b) => b.deg - a.deg);
}
