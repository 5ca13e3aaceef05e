// The base map (rivers, roads, towns, heights) on a canvas below the records, and the names that it offers.

import { boxesMeet } from "../core/cells.js";
import { bandAt, filesIn, nameOf, pixelsPerUnit, sizeAt } from "../core/ground.js";
import { L } from "./leaflet.js";
import { Sheet, viewOf } from "./sheet.js";
import { createDrawing } from "./terrain_drawing.js";
import { decode } from "./terrain_file.js";
import { onTheme, themeIndex } from "./theme.js";

const MOST_FILES = 80; // decoded ones that stay in memory
const SLICE_MS = 8; // of a frame that drawing may take
const SYMBOL_PX = 16; // how far a symbol or a line reaches into a cell from beyond it
const NAME_PX = 60; // names of what lies further outside the view are not asked for
const SLACK_PX = 5;
const ORDERS = [100, 200]; // of the canvases, with the hillshade between them

/**
 * `terrain` is the view-model of the base map, `load(band, name)` gives the content of a file. `onDrawn` is called when
 * files have arrived. `show(on)` switches it on or off, `namedFeatures()` gives those with names, `boxes()` those of symbols,
 * `print(on)` draws for paper.
 */
export function createTerrain(map, terrain, load, onDrawn) {
  map.createPane("terrain").style.zIndex = 190;
  const { style } = terrain;
  const files = new Map(); // "band/name" -> the decoded file, a promise of it, or null for one that did not arrive
  const shades = terrain.hillshade ? shading(map, terrain) : null;
  const { land, rest, all } = createDrawing(style, terrain.box);
  // With a hillshade the land lies on a canvas below it, everything else on one above it.
  const sheets = (shades ? [land, rest] : [all]).map((draw, i) => new Sheet({ draw, land: () => (i ? "" : style.land[themeIndex()]), onChange: wake, order: ORDERS[i] }));
  let shown = [];
  let on = false;
  let waiting = 0;

  const bandNow = () => bandAt(terrain.bands, map.getZoom());
  const keysIn = (band, zoom, box) => filesIn(band, zoom, box).map((name) => `${band.zoom}/${name}`);
  const isHere = (key) => files.get(key)?.rows || files.get(key) === null;

  /** Request the files of the view, then those of what is drawn around it. */
  async function refresh() {
    const band = bandNow();
    if (!on || !band) return;
    const keys = keysIn(band, map.getZoom(), viewOf(map));
    await Promise.all(keys.map((key) => request(key, band.zoom)));
    if (!on || bandNow() !== band) return;
    shown = keys.map((key) => files.get(key)).filter((file) => file?.rows);
    const around = keysIn(band, map.getZoom(), sheets[0].box());
    for (const key of files.keys()) if (files.size > MOST_FILES && !keys.includes(key) && !around.includes(key)) files.delete(key);
    for (const key of around) request(key, band.zoom);
    onDrawn();
  }

  function request(key, band) {
    if (!files.get(key)) {
      const isSecond = files.has(key);
      const arrive = (file) => {
        files.set(key, file);
        if (isSecond && file) expire();
        wake();
      };
      files.set(key, load(band, key.split("/")[1]).then((content) => arrive(decode(content, band, style)), () => arrive(null))); // the next move of the map tries again
    }
    return files.get(key);
  }

  /** Draw in the next frames what is not drawn yet. */
  function wake() {
    waiting ||= requestAnimationFrame(step);
    map.getContainer().classList.add("is-drawing");
  }

  function step() {
    waiting = 0;
    const end = performance.now() + SLICE_MS;
    while (drawNext()) if (performance.now() > end) return wake();
    mark();
  }

  const mark = () => map.getContainer().classList.toggle("is-drawing", on && sheets.some((sheet) => sheet.missing().length));

  /** Draw the first cell whose files are here, or `atOnce` from those of the last view; whether there was one. */
  function drawNext(atOnce) {
    for (const sheet of on ? sheets : []) {
      const band = bandAt(terrain.bands, sheet.zoom());
      for (const cell of sheet.missing()) {
        const keys = keysIn(band, sheet.zoom(), grown(cell));
        const areHere = keys.every(isHere);
        if (!areHere && !atOnce) continue;
        sheet.draw(cell, { theme: themeIndex(), files: areHere ? keys.map((key) => files.get(key)).filter(Boolean) : shown });
        return true;
      }
    }
    return false;
  }

  function expire() {
    for (const sheet of sheets) sheet.expire();
    wake();
  }

  function show(next) {
    if (on === next) return;
    on = next;
    map.getContainer().classList.toggle("has-terrain", on);
    for (const part of [...sheets, shades]) if (part) on ? part.addTo(map) : part.remove();
    if (on) refresh();
    onDrawn();
  }

  /** The features that are drawn in the view and have a name at this zoom: {row, feature, text, parts in layer points}. */
  function namedFeatures() {
    if (!on) return [];
    const [zoom, origin, view] = [map.getZoom(), map.getPixelOrigin(), viewOf(map)];
    return style.rows
      .filter((row) => row.names && row.names.from_zoom <= zoom)
      .flatMap((row) =>
        shown.flatMap((file) => {
          const scale = pixelsPerUnit(file.band, zoom);
          const [left, top] = [file.west * scale - origin.x, file.north * scale - origin.y];
          const toLayer = (part) => part.map((value, i) => value * scale + (i % 2 ? top : left));
          const near = file.unitsOf(view, zoom, NAME_PX);
          return (file.rows.get(row)?.at(zoom) ?? [])
            .map((feature) => ({ row, feature, text: boxesMeet(feature.box, near, 1) ? nameOf(feature, row.names.rule, style.english) : "" }))
            .filter(({ text }) => text)
            .map((one) => ({ ...one, parts: one.feature.parts.map(toLayer) }));
        }),
      );
  }

  /** The boxes of the symbols in the view, in layer points; a little smaller, so that a name may touch its own symbol. */
  function boxes() {
    const [zoom, origin, view] = [map.getZoom(), map.getPixelOrigin(), viewOf(map)];
    return style.rows
      .filter((row) => on && row.symbol)
      .flatMap((row) =>
        shown.flatMap((file) => {
          const [scale, size] = [pixelsPerUnit(file.band, zoom), sizeAt(row.size, zoom) - SLACK_PX];
          const points = [...(file.rows.get(row)?.points(zoom, file.unitsOf(view, zoom, 0)) ?? [])];
          return points.map(({ x, y }) => ({ x: (file.west + x) * scale - origin.x, y: (file.north + y) * scale - origin.y, width: size, height: size }));
        }),
      );
  }

  map.on("moveend", refresh);
  onTheme(expire);

  /** Draw with as many pixels as paper needs, at once, or with those of the screen again. */
  function print(prints) {
    for (const sheet of sheets) {
      sheet.prints = prints;
      if (on) sheet._update();
    }
    while (prints && drawNext(true)); // paper does not wait for files
    mark();
  }

  return { show, namedFeatures, boxes, print };
}

const grown = ({ west, north, east, south }) => ({ west: west - SYMBOL_PX, north: north - SYMBOL_PX, east: east + SYMBOL_PX, south: south + SYMBOL_PX });

function shading(map, { hillshade, urls, style }) {
  const world = 256; // pixels of the square at zoom 0
  const [west, north, east, south] = hillshade.box.map((share) => share * world);
  const bounds = L.latLngBounds(map.unproject([west, south], 0), map.unproject([east, north], 0));
  const layer = L.tileLayer(urls.hillshade, { pane: "terrain", bounds, minNativeZoom: hillshade.from, maxNativeZoom: hillshade.to, maxZoom: map.getMaxZoom(), zIndex: ORDERS[0] + 1, className: "hillshade" });
  const paint = () => layer.setOpacity(style.shade_opacity[themeIndex()]);
  paint();
  onTheme(paint);
  return layer;
}
