// The base map (rivers, roads, towns, heights) on a canvas below the records, and the names that it offers.

import { bandAt, filesIn, nameOf, partsOf, pixelsPerUnit, sizeAt } from "../core/ground.js";
import { L } from "./leaflet.js";
import { onTheme, themeIndex } from "./theme.js";

const MOST_FILES = 80; // decoded ones that stay in memory
const SCREEN_RATIO = 2; // more pixels than this are not seen on a screen
const PRINT_RATIO = 3;
const FADE_PX = 70;
const ORDERS = [100, 200]; // of the canvases, with the hillshade between them

/** The canvas. It is a renderer of Leaflet, which places it and moves it while the map zooms. */
const Sheet = L.Renderer.extend({
  options: { pane: "terrain", padding: 0.2 },

  _initContainer() {
    this._container = document.createElement("canvas");
    this._container.className = "terrain";
    this._container.style.zIndex = this.options.order;
  },

  _destroyContainer() {
    this._container.remove();
    delete this._container;
  },

  _updatePaths() {},

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const size = this._bounds.getSize();
    const ratio = this.prints ? PRINT_RATIO : Math.min(window.devicePixelRatio || 1, SCREEN_RATIO);
    Object.assign(this._container, { width: size.x * ratio, height: size.y * ratio });
    Object.assign(this._container.style, { width: `${size.x}px`, height: `${size.y}px` });
    L.DomUtil.setPosition(this._container, this._bounds.min);
    this.ratio = ratio;
    this.paint();
  },

  /**
   * Draw again, for example when a file has arrived; `options.draw(context, view, ratio)` draws in pixels of the zoom. While
   * there is nothing to draw, and nothing was drawn, a large empty canvas is not touched; it has the colour `options.land()`.
   */
  paint() {
    if (!this._container || !this._bounds) return;
    this._container.style.backgroundColor = this.options.land();
    if (!this.options.isEmpty()) this._isPainted = true;
    else if (!this._isPainted) return;
    const context = this._container.getContext("2d");
    const origin = this._map.getPixelOrigin();
    const { min, max } = this._bounds;
    context.setTransform(1, 0, 0, 1, 0, 0);
    this.options.draw(context, { west: min.x + origin.x, north: min.y + origin.y, east: max.x + origin.x, south: max.y + origin.y }, this.ratio);
  },
});

/**
 * `terrain` is the view-model of the base map, `load(band, name)` gives the content of a file. `onDrawn` is called when
 * files have arrived. `show(on)` switches it on or off, `namedFeatures()` gives those with names, `print(on)` draws for
 * paper.
 */
export function createTerrain(map, terrain, load, onDrawn) {
  map.createPane("terrain").style.zIndex = 190;
  const { style } = terrain;
  const files = new Map(); // "band/name" -> {origin, band, rows: Map of row -> features} or a promise
  const shades = terrain.hillshade ? shading(map, terrain) : null;
  // With a hillshade the land lies on a canvas below it, everything else on one above it.
  const landColor = () => style.land[themeIndex()];
  const sheets = (shades ? [drawLand, drawRest] : [drawAll]).map((draw, i) => new Sheet({ draw, order: ORDERS[i], land: i ? () => "" : landColor, isEmpty: () => !shown.length }));
  const paint = () => sheets.forEach((sheet) => sheet.paint());
  let shown = [];
  let on = false;

  const box = () => {
    const { min, max } = map.getPixelBounds();
    return { west: min.x, north: min.y, east: max.x, south: max.y };
  };

  /** Request the files of the view; the ones drawn before stay until all of them have arrived. */
  async function refresh() {
    const [zoom, band] = [map.getZoom(), bandAt(terrain.bands, map.getZoom())];
    if (!on || !band) return;
    const keys = filesIn(band, zoom, box()).map((name) => `${band.zoom}/${name}`);
    await Promise.allSettled(keys.map((key) => request(key, band.zoom)));
    if (!on || bandAt(terrain.bands, map.getZoom()) !== band) return;
    shown = keys.map((key) => files.get(key)).filter((file) => file?.rows);
    for (const key of files.keys()) if (files.size > MOST_FILES && !keys.includes(key)) files.delete(key);
    paint();
    onDrawn();
  }

  function request(key, band) {
    if (!files.has(key)) {
      const loading = load(band, key.split("/")[1]).then((content) => files.set(key, decode(content, band, style)));
      files.set(key, loading);
      loading.catch(() => files.delete(key)); // the next move of the map tries again
    }
    return files.get(key);
  }

  function show(next) {
    if (on === next) return;
    on = next;
    map.getContainer().classList.toggle("has-terrain", on);
    for (const part of [...sheets, shades]) if (part) on ? part.addTo(map) : part.remove();
    if (on) refresh();
    onDrawn();
  }

  /** The rows that may be seen at a zoom and that `is` holds for. */
  const rowsAt = (zoom, is) => style.rows.filter((row) => is(row) && (row.from <= zoom || shown.some((file) => file.rows.get(row)?.early)));

  /** Call `act(path, scale, file)` for each file with features of a row, the context set to the units of the file. */
  function onFiles(context, view, ratio, row, act) {
    const zoom = map.getZoom();
    for (const file of shown) {
      const features = file.rows.get(row);
      if (!features) continue;
      const scale = pixelsPerUnit(file.band, zoom) * ratio;
      context.setTransform(scale, 0, 0, scale, -view.west * ratio, -view.north * ratio);
      act(features.path(zoom), scale / ratio, file);
    }
  }

  function fills(context, view, ratio, is) {
    const [zoom, theme] = [map.getZoom(), themeIndex()];
    for (const row of rowsAt(zoom, (one) => one.fill && !one.symbol && is(one))) {
      context.fillStyle = row.fill[theme];
      context.globalAlpha = row.opacity ? sizeAt(row.opacity, zoom) : 1;
      onFiles(context, view, ratio, row, (path, _, file) => {
        context.save();
        context.clip(file.area);
        context.fill(path, "evenodd");
        context.restore();
      });
    }
    context.globalAlpha = 1;
  }

  function drawLand(context, view, ratio) {
    context.fillStyle = landColor();
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
    fills(context, view, ratio, isLand);
  }

  function drawRest(context, view, ratio) {
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    drawOver(context, view, ratio);
  }

  function drawAll(context, view, ratio) {
    drawLand(context, view, ratio);
    drawOver(context, view, ratio);
  }

  /** Water, rivers, roads and symbols. */
  function drawOver(context, view, ratio) {
    const [zoom, theme] = [map.getZoom(), themeIndex()];
    const sizes = (row) => (row.width ? sizeAt(row.width, zoom) : 0);
    fills(context, view, ratio, (row) => !isLand(row));
    context.lineJoin = context.lineCap = "round";
    const strokes = (rows, colorOf, widthOf) => {
      for (const row of rows) {
        context.strokeStyle = colorOf(row);
        onFiles(context, view, ratio, row, (path, scale) => {
          context.lineWidth = widthOf(row) / scale;
          context.setLineDash(row.dash && !row.casing ? row.dash.split(" ").map((part) => part / scale) : []);
          context.stroke(path);
        });
      }
    };
    const lines = rowsAt(zoom, (row) => row.line);
    const isRoad = (row) => row.layer === "roads";
    strokes(lines.filter((row) => !isRoad(row)), (row) => row.line[theme], sizes);
    // All casings lie below all roads, so that roads of two classes run into each other.
    strokes(lines.filter((row) => isRoad(row) && row.casing), (row) => row.casing[theme], (row) => sizes(row) + 2 * row.edge);
    strokes(lines.filter(isRoad), (row) => row.line[theme], sizes);
    context.setLineDash([]);
    if (shown.length) fade(context, view, ratio, zoom, style.veil[theme]);
    for (const row of rowsAt(zoom, (one) => one.symbol)) symbols(context, row, view, ratio, zoom, theme);
  }

  /** Let the base map fade out where its data end, so that no river breaks off. */
  function fade(context, view, ratio, zoom, color) {
    const world = 256 * 2 ** zoom;
    const [west, north, east, south] = terrain.box.map((share) => share * world);
    context.setTransform(ratio, 0, 0, ratio, -view.west * ratio, -view.north * ratio);
    const edges = [[west, 0, 1, 0], [east, 0, -1, 0], [north, 1, 0, 1], [south, 1, 0, -1]];
    for (const [at, upright, right, down] of edges) {
      const gradient = upright ? context.createLinearGradient(0, at, 0, at + down * FADE_PX) : context.createLinearGradient(at, 0, at + right * FADE_PX, 0);
      gradient.addColorStop(0, color);
      gradient.addColorStop(1, `${color}00`);
      context.fillStyle = gradient;
      const [x, y] = [right < 0 ? at - FADE_PX : view.west, down < 0 ? at - FADE_PX : view.north];
      const [farX, farY] = [right > 0 ? at + FADE_PX : view.east, down > 0 ? at + FADE_PX : view.south];
      if (farX > x && farY > y) context.fillRect(x, y, farX - x, farY - y);
    }
  }

  function symbols(context, row, view, ratio, zoom, theme) {
    const scale = (sizeAt(row.size, zoom) / 16) * ratio;
    const drawing = new Path2D(style.symbols[row.symbol]);
    for (const { x, y } of points(row, zoom)) {
      context.setTransform(scale, 0, 0, scale, (x - view.west) * ratio - 8 * scale, (y - view.north) * ratio - 8 * scale);
      context.strokeStyle = style.land[theme];
      context.lineWidth = 3;
      context.stroke(drawing);
      context.fillStyle = row.fill[theme];
      context.fill(drawing, "evenodd");
    }
  }

  /** The points of a row in pixels of the zoom. */
  function points(row, zoom) {
    return shown.flatMap((file) => {
      const scale = pixelsPerUnit(file.band, zoom);
      return (file.rows.get(row)?.at(zoom) ?? []).map((feature) => ({ x: feature.parts[0][0] * scale, y: feature.parts[0][1] * scale, feature }));
    });
  }

  /** The features that are drawn and have a name at this zoom: {row, feature, text, parts in layer points}. */
  function namedFeatures() {
    if (!on) return [];
    const zoom = map.getZoom();
    const origin = map.getPixelOrigin();
    return style.rows
      .filter((row) => row.names && row.names.from_zoom <= zoom)
      .flatMap((row) =>
        shown.flatMap((file) => {
          const scale = pixelsPerUnit(file.band, zoom);
          const toLayer = (part) => part.map((value, i) => value * scale - (i % 2 ? origin.y : origin.x));
          return (file.rows.get(row)?.at(zoom) ?? [])
            .map((feature) => ({ row, feature, text: nameOf(feature, row.names.rule, style.english) }))
            .filter(({ text }) => text)
            .map((one) => ({ ...one, parts: one.feature.parts.map(toLayer) }));
        }),
      );
  }

  map.on("moveend", refresh);
  onTheme(() => on && paint());

  /** Draw with as many pixels as paper needs, or with those of the screen again. */
  function print(prints) {
    for (const sheet of sheets) {
      sheet.prints = prints;
      if (on) sheet._update();
    }
  }

  return { show, namedFeatures, print };
}

const isLand = ({ layer }) => layer === "heights" || layer === "land";

/** The content of a file, its features sorted to the rows of the style table. */
function decode(content, band, style) {
  const rows = new Map();
  for (const row of style.rows) {
    const features = (content[row.layer] ?? []).filter((feature) => feature.k === row.kind);
    if (features.length) rows.set(row, featuresOf(row, features, content.o));
  }
  const [west, north, side] = content.o;
  const area = new Path2D();
  area.rect(west, north, side, side);
  return { band, rows, area };
}

/** The features of a row: `path(zoom)` for drawing and `at(zoom)`, of those that begin at the zoom or below it. */
function featuresOf(row, features, origin) {
  const all = features.map((feature) => ({ ...feature, parts: partsOf(feature, origin), from: feature.z ?? row.from })).sort((a, b) => (a.a ?? Infinity) - (b.a ?? Infinity));
  const steps = [...new Set(all.map((feature) => feature.from))];
  const paths = new Map();
  const at = (zoom) => all.filter((feature) => feature.from <= zoom);
  return {
    early: steps.some((from) => from < row.from),
    at,
    path(zoom) {
      const step = Math.max(-1, ...steps.filter((from) => from <= zoom));
      if (!paths.has(step)) paths.set(step, pathOf(at(zoom)));
      return paths.get(step);
    },
  };
}

function pathOf(features) {
  const path = new Path2D();
  for (const part of features.flatMap((feature) => feature.parts)) {
    path.moveTo(part[0], part[1]);
    for (let i = 2; i < part.length; i += 2) path.lineTo(part[i], part[i + 1]);
  }
  return path;
}

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
