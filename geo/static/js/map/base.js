// The units of the province: its area with a glow around it, the borders and names of its units; or raster tiles.

import { escapeMarkup } from "../core/format.js";
import { areaOf } from "../core/geodesic.js";
import { inside } from "../core/inside.js";
import { meshSteps } from "../core/mesh.js";
import { inSlices, rest } from "../core/slices.js";
import { L, latLng } from "./leaflet.js";

const FINE_ZOOM = 10.5;
const SLIVER_M2 = 1e6;
const GLOW = [34, 24, 15, 8];
const UNIT_APART_PX = 420; // a unit is not named beside the town of the same name
const NAMES = { communes: { size: 12, bold: false, priority: 45, apart: UNIT_APART_PX }, districts: { size: 13, bold: true, priority: 18 } };
const WARD = { bold: true, priority: 10, leads: true }; // wards are small, and symbols lie on them
const VEIL_DEG = 15; // how far the veil reaches beyond the records: further than any screen at the smallest zoom

/**
 * Draw the base map. `choose(name)` switches between communes, districts, plain and the operator's tiles.
 * `units.light(layer)` and `units.fine(layer)` return promises of {features} (polygons), simplified and in full detail, with
 * their `borders` where they are known; without `fine` the simplified ones are used at every zoom.
 */
export function createBase(map, view, units) {
  const panes = { ground: 200, borders: 250 };
  for (const [name, order] of Object.entries(panes)) map.createPane(name).style.zIndex = order;
  const renderers = Object.fromEntries(Object.keys(panes).map((pane) => [pane, L.svg({ pane, padding: 0.35 })]));
  const [glow, borderGroup] = [L.layerGroup().addTo(map), L.layerGroup().addTo(map)];
  const requests = new Map();
  const state = { chosen: "communes", tiles: null, fine: false, names: [], veiled: false, borders: null, drawing: null };
  let latest = 0; // the drawing that has not been superseded
  const layerOf = () => (state.chosen === "districts" ? "districts" : "communes");

  const light = (layer) => once(layer, () => units.light(layer));
  const fine = (layer) => once(`${layer}:fine`, () => units.fine(layer));
  async function once(key, ask) {
    if (!requests.has(key)) requests.set(key, ask().then(async ({ features, borders }) => ({ features, borders: borders ?? (await inSlices(meshSteps(features))) })));
    try {
      return await requests.get(key);
    } catch (error) {
      requests.delete(key);
      throw error;
    }
  }

  async function choose(name) {
    const operator = view.tile_layers.find((layer) => layer.name === name);
    state.chosen = operator || ["districts", "plain"].includes(name) ? name : "communes";
    state.tiles?.remove();
    state.tiles = operator ? L.tileLayer(operator.url, { attribution: escapeMarkup(operator.attribution), maxZoom: view.max_zoom }).addTo(map) : null;
    const { chosen } = state;
    const land = await light(layerOf());
    await rest();
    if (state.chosen !== chosen) return;
    state.fine = false;
    await draw(land.borders);
    await rest();
    if (state.chosen !== chosen) return;
    state.names = ["communes", "districts"].includes(state.chosen) ? land.features.map((feature) => nameOf(feature, state.chosen, view)) : [];
    await refine();
  }

  /** Draw borders; a later call supersedes one that is not finished. */
  async function draw(borders) {
    const mine = ++latest;
    state.borders = borders;
    await (state.drawing = inSlices(steps(borders), () => mine !== latest));
  }

  /** What was drawn before is taken away at the end, so that nothing blinks. */
  function* steps({ inner, outer }) {
    const withGlow = !state.fine || state.tiles; // it is blurred, so the simplified outline is enough for it
    const before = [...borderGroup.getLayers(), ...(withGlow ? glow.getLayers() : [])];
    const look = (pane, className, weight) => ({ pane, renderer: renderers[pane], interactive: false, smoothFactor: 0.5, className, weight });
    const rings = rim().map((ring) => ring.map(latLng));
    yield;
    if (withGlow && !state.tiles) {
      for (const weight of GLOW) {
        glow.addLayer(L.polygon(rings, { ...look("ground", "ground ground--glow", weight), fill: false }));
        yield;
      }
    }
    if (!state.tiles) {
      const [area, kind] = state.veiled ? [[around(view.bounds).map(latLng), ...rings], "veil"] : [rings, "land"];
      borderGroup.addLayer(L.polygon(area, { ...look("ground", `ground ground--${kind}`, 0), stroke: false, fillOpacity: 1 }));
      yield;
    }
    if (state.chosen in NAMES) {
      const lines = [...inner, ...outer.filter(isSliver)].map((line) => line.map(latLng));
      borderGroup.addLayer(L.polyline(lines, look("borders", `border border--${state.chosen}`, state.chosen === "districts" ? 1.6 : 1)));
      yield;
    }
    borderGroup.addLayer(L.polygon(rings, { ...look("borders", "border border--province", 1.8), fill: false }));
    for (const layer of before) (glow.hasLayer(layer) ? glow : borderGroup).removeLayer(layer);
  }

  /** The outer rings of the province as they are drawn, [lng, lat]; none before they are loaded. */
  const rim = () => (state.borders?.outer ?? []).filter((ring) => !isSliver(ring));

  /** Whether a base map lies below: what is beyond the province is then veiled, and the land is not painted over. */
  function veil(on) {
    state.veiled = on;
    if (state.borders) draw(state.borders);
  }

  /** Load and draw the borders in full detail at large zooms. */
  async function refine() {
    if (!units.fine || state.fine || map.getZoom() < FINE_ZOOM) return;
    const layer = layerOf();
    try {
      const { borders } = await fine(layer);
      await state.drawing; // the glow belongs to the simplified outline
      if (layer !== layerOf() || state.fine) return;
      state.fine = true;
      draw(borders);
    } catch {
      // The simplified borders stay; the next zoom tries again.
    }
  }

  map.on("zoomend", refine);
  return { choose, veil, rim, hasTiles: () => Boolean(state.tiles), names: () => names(map, state) };
}

/** A ring of positions [lng, lat] around bounds [west, south, east, north]. */
const around = ([west, south, east, north]) => [[west - VEIL_DEG, south - VEIL_DEG], [east + VEIL_DEG, south - VEIL_DEG], [east + VEIL_DEG, north + VEIL_DEG], [west - VEIL_DEG, north + VEIL_DEG]];

/** A tiny outer ring is a sliver between two units, so it is drawn as their border. */
const isSliver = (ring) => areaOf(ring) < SLIVER_M2;

function nameOf({ id, properties, geometry }, layer, { lang, wards }) {
  const text = lang === "en" && properties.title_en ? properties.title_en : properties.title;
  const [west, east] = breadthOf(geometry);
  const fits = ({ lat, lng }) => inside([lng, lat], geometry);
  return { key: `${layer}/${id}`, at: L.latLng(properties.lat, properties.lng), lines: [text], kind: layer, around: 0, deg: east - west, fits, ...NAMES[layer], ...(layer === "communes" && wards?.includes(properties.id) ? WARD : {}) };
}

/** The least and the greatest longitude of a polygon or several. */
function breadthOf({ type, coordinates }) {
  let [west, east] = [Infinity, -Infinity];
  for (const [outer] of type === "Polygon" ? [coordinates] : coordinates) {
    for (const [lng] of outer) [west, east] = [Math.min(west, lng), Math.max(east, lng)];
  }
  return [west, east];
}

/** The names with the width in pixels that they may take: that of their unit at this zoom; the widest units first. */
function names(map, { names: all }) {
  const pixelsPerDegree = (256 * 2 ** map.getZoom()) / 360;
  return all.map((name) => ({ ...name, wide: name.leads ? Infinity : name.deg * pixelsPerDegree })).sort((a, b) => b.deg - a.deg);
}
