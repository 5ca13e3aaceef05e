// Shared by all pages with a map, the saved map too: the view-model, the map that folium created, the stage.

import { createBase } from "../map/base.js";
import { createCamera } from "../map/camera.js";
import { createFeatures } from "../map/features.js";
import { createHighlight } from "../map/highlight.js";
import { createLabels } from "../map/labels.js";
import { createTerrain } from "../map/terrain.js";
import { createTerrainNames } from "../map/terrain_names.js";
import { onTheme } from "../map/theme.js";
import { createTools } from "../map/tools.js";
import { createUnits } from "../map/units.js";
import { el, icon } from "../ui/dom.js";
import { markVietnamese } from "../ui/language.js";
import { preparePaper } from "./paper.js";

export const view = JSON.parse(document.getElementById("view").textContent);
export const map = window.atlasShell.map;

const NEAR_ZOOM = 13; // at which the surroundings of the device are shown
const SCALE_SHIFTS_PX = [0, 30, 60, 90, 120, 150];
const NO_INSET = { top: 0, right: 0, bottom: 0, left: 0 };

/** List what is near the device first, and show its position in the middle of what the sheet does not cover. */
export function showHere({ list, sheet, tabs, camera }, point, accuracy) {
  sheet.atLeast("half");
  tabs.show("tab-list");
  camera.centre(point, NEAR_ZOOM);
  list.orderFrom({ point, accuracy });
}

/** The layers that are shown when the URL has no parameter `layers`. */
export const firstLayers = view.groups.flatMap((group) => group.layers).filter((layer) => layer.on).map((layer) => layer.name);

export function bounds() {
  const box = map.getBounds();
  return { west: box.getWest(), south: box.getSouth(), east: box.getEast(), north: box.getNorth() };
}

export function currentView() {
  const { lat, lng } = map.getCenter();
  return { zoom: map.getZoom(), lat, lng };
}

const toolButton = (name, label) => el("button", { type: "button", class: "tools__button", title: label, "aria-label": label }, icon(view.urls.icons, name));

/** The box of an element over the map, in layer points. */
function boxOn(element) {
  const [frame, box] = [map.getContainer(), element].map((one) => one.getBoundingClientRect());
  const { x, y } = map.containerPointToLayerPoint([box.left - frame.left + box.width / 2, box.top - frame.top + box.height / 2]);
  return { x, y, width: box.width, height: box.height };
}

/** Move the scale bar to the right as far as it covers no symbol and not the credits, if there is such a place. */
function moveScale(symbols, frame) {
  const [bar, credits] = [".leaflet-control-scale", ".credits > summary"].map((one) => frame.querySelector(one));
  if (!bar) return;
  bar.style.transform = "";
  const box = boxOn(bar);
  const others = credits ? [...symbols, boxOn(credits)] : symbols;
  const isFree = (shift) => others.every(({ x, y, width, height }) => Math.abs(x - box.x - shift) > (width + box.width) / 2 || Math.abs(y - box.y) > (height + box.height) / 2);
  const shift = SCALE_SHIFTS_PX.find(isFree) ?? 0;
  if (shift) bar.style.transform = `translateX(${shift}px)`;
}

/**
 * The map with its tools, layers, labels and highlights connected. `units` loads the polygons of the units, see
 * map/base.js, those that filters name (`units.outlines`, see map/units.js) and the files of the base map:
 * `units.terrain(band, name)`. `visible()` gives the names of the layers that are shown. `onPosition([lng, lat], accuracy_m)`
 * is called with the position of the device; without it the map shows what is around.
 */
export function createStage({ say, inset = () => NO_INSET, onChoose = () => {}, onPosition = null, visible = () => firstLayers, units }) {
  const frame = document.getElementById("mapframe");
  const toolbox = document.getElementById("tools");
  const camera = createCamera(map, view, inset);
  createTools(map, view, toolbox, frame, { make: toolButton, say, camera, onPosition: onPosition ?? ((point) => camera.centre(point, NEAR_ZOOM)) });
  const later = () => labels?.draw();
  let labels = null;
  const features = createFeatures(map, view, { onChoose, onDrawn: later });
  const highlight = createHighlight(map, view, { styles: features.styles, dim: features.dim, onChoose, onDrawn: later });
  const base = createBase(map, view, units);
  const marks = createUnits(map, view, units.outlines);
  const terrain = view.terrain ? createTerrain(map, view.terrain, units.terrain, later) : null;
  const terrainNames = terrain ? createTerrainNames(map, terrain, base.rim) : () => [];
  const corners = () => [...toolbox.children, ...frame.querySelectorAll(".leaflet-control-scale, .legalnote, .credits > summary")].map(boxOn);
  labels = createLabels(map, [highlight.names, features.names, base.names, terrainNames], () => {
    const symbols = features.boxes();
    moveScale(symbols, frame);
    return [...symbols, ...(terrain?.boxes() ?? []), ...corners()];
  });
  onTheme(labels.draw);
  preparePaper(map, view, frame, { terrain, labels, visible });
  for (const box of document.querySelectorAll(".panel, .record--embed, .toast")) markVietnamese(box);

  let first = null; // the first drawing of the units
  /** Draw the units called `name` over the base map, or without it. An operator's tiles are a base map of their own. */
  const ground = async (name, { withTerrain = true } = {}) => {
    const isTiles = view.tile_layers.some((layer) => layer.name === name);
    const on = Boolean(terrain) && withTerrain && !isTiles;
    base.veil(on);
    terrain?.show(on);
    for (const note of frame.querySelectorAll("[data-of=terrain]")) note.hidden = !on;
    const choice = base.choose(name || "communes");
    first ??= choice.catch(() => {});
    await choice;
    labels.draw();
  };

  /** Take the server's drawing away (sketch.html), for a page that has drawn its records, as soon as the units are drawn. */
  async function uncover() {
    await first;
    for (const part of document.querySelectorAll(".sketch")) part.remove();
  }

  return { camera, features, highlight, ground, marks, uncover };
}
