// A file of the base map, its features sorted to the rows of the style table and made into paths when they are first drawn.

import { boxesMeet } from "../core/cells.js";
import { partsOf, pixelsPerUnit } from "../core/ground.js";
import { cut, trace } from "../core/pieces.js";

const LEAST_PX = 0.7; // vertices of a line that are nearer to each other are drawn as one

/** The content of a file of the zoom band `band`. Its features are in units from its corner, `west` and `north`. */
export function decode(content, band, style) {
  const [west, north, side] = content.o;
  const rows = new Map();
  for (const row of style.rows) {
    const features = (content[row.layer] ?? []).filter((feature) => feature.k === row.kind);
    if (features.length) rows.set(row, featuresOf(row, features, band));
  }
  const boxAt = (zoom) => {
    const scale = pixelsPerUnit(band, zoom);
    return { west: west * scale, north: north * scale, east: (west + side) * scale, south: (north + side) * scale };
  };
  /** A box in pixels of a zoom, grown by `margin` pixels, in units of the file. */
  const unitsOf = (box, zoom, margin) => {
    const scale = pixelsPerUnit(band, zoom);
    return { west: (box.west - margin) / scale - west, north: (box.north - margin) / scale - north, east: (box.east + margin) / scale - west, south: (box.south + margin) / scale - north };
  };
  return { band, west, north, rows, boxAt, unitsOf };
}

/**
 * The features of a row that begin at a zoom or below it: whether there are any, `area` as one path, `lines` and `points` near a
 * box in units of the file, and `at` themselves, each with its `parts` and `box`.
 */
function featuresOf(row, features, band) {
  const starts = features.map((feature) => feature.z ?? row.from);
  const steps = [...new Set(starts)].sort((a, b) => a - b);
  const stepAt = (zoom) => steps.findLast((from) => from <= zoom);
  const all = once(() => features.map((feature, i) => placed(feature, starts[i])).sort((a, b) => (a.a ?? Infinity) - (b.a ?? Infinity)));
  const groups = once(() => cut(all()));
  const paths = new Map();
  const at = (zoom) => all().filter((feature) => feature.from <= zoom);
  return {
    isSeen: (zoom) => steps[0] <= zoom,
    at,
    area(zoom) {
      const step = stepAt(zoom);
      if (step !== undefined && !paths.has(step)) paths.set(step, pathOf(at(zoom).flatMap(({ parts }) => parts.map((part) => ({ part, first: 0, last: part.length - 2 }))), 0));
      return paths.get(step);
    },
    lines(zoom, box) {
      const key = `${Math.floor(zoom)},${stepAt(zoom)}`;
      const least = LEAST_PX / pixelsPerUnit(band, Math.floor(zoom));
      return groups().filter((group) => boxesMeet(group, box)).map((group) => {
        group.paths ??= new Map();
        if (!group.paths.has(key)) group.paths.set(key, pathOf(group.pieces.filter(({ from }) => from <= zoom), least));
        return group.paths.get(key);
      });
    },
    *points(zoom, box) {
      for (const { from, parts: [[x, y]] } of all()) if (from <= zoom && x >= box.west && x < box.east && y >= box.north && y < box.south) yield { x, y };
    },
  };
}

function placed(feature, from) {
  const parts = partsOf(feature);
  const box = { west: Infinity, north: Infinity, east: -Infinity, south: -Infinity };
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 2) {
      if (part[i] < box.west) box.west = part[i];
      if (part[i] > box.east) box.east = part[i];
      if (part[i + 1] < box.north) box.north = part[i + 1];
      if (part[i + 1] > box.south) box.south = part[i + 1];
    }
  }
  return { ...feature, parts, box, from };
}

function pathOf(pieces, least) {
  const path = new Path2D();
  for (const piece of pieces) trace(piece, least, (x, y) => path.moveTo(x, y), (x, y) => path.lineTo(x, y));
  return path;
}

function once(make) {
  let value;
  return () => (value ??= make());
}
