// How a cell of the base map is drawn by the style table: land, waters, roads, symbols.

import { boxesMeet } from "../core/cells.js";
import { pixelsPerUnit, sizeAt } from "../core/ground.js";

const FADE_PX = 70;
const THIN_PX = 3; // lines below this width have no round joins and ends, which nobody would see

const isLand = ({ layer }) => layer === "heights" || layer === "land";
const isRoad = ({ layer }) => layer === "roads";

/**
 * `box` is that of the data, as shares of the world. Each function draws one cell into a context. Its frame is that of a sheet
 * (map/sheet.js) with `files`, the decoded files that the cell needs, and `theme`, the place of the theme in the style table.
 */
export function createDrawing(style, box) {
  const symbols = new Map(Object.entries(style.symbols).map(([key, data]) => [key, new Path2D(data)]));
  const areas = style.rows.filter((row) => row.fill && !row.symbol);
  const lines = style.rows.filter((row) => row.line);
  const roads = lines.filter(isRoad);
  const points = style.rows.filter((row) => row.symbol);

  function land(context, frame) {
    clip(context, frame, frame.cell);
    context.fillStyle = style.land[frame.theme];
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
    fills(context, frame, areas.filter(isLand));
  }

  /** Waters, roads and symbols, over nothing. */
  function rest(context, frame) {
    clip(context, frame, frame.cell);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    over(context, frame);
  }

  function all(context, frame) {
    land(context, frame);
    over(context, frame);
  }

  function over(context, frame) {
    const { zoom, theme } = frame;
    const sizes = (row) => sizeAt(row.width, zoom);
    fills(context, frame, areas.filter((row) => !isLand(row)));
    strokes(context, frame, lines.filter((row) => !isRoad(row)), (row) => row.line[theme], sizes);
    // All casings lie below all roads, so that roads of two classes run into each other.
    strokes(context, frame, roads.filter((row) => row.casing), (row) => row.casing[theme], (row) => sizes(row) + 2 * row.edge);
    strokes(context, frame, roads, (row) => row.line[theme], sizes);
    context.setLineDash([]);
    fade(context, frame, style.veil[theme]);
    for (const row of points) marks(context, frame, row);
  }

  function fills(context, frame, rows) {
    for (const row of rows) {
      context.globalAlpha = row.opacity ? sizeAt(row.opacity, frame.zoom) : 1;
      if (!context.globalAlpha) continue;
      context.fillStyle = row.fill[frame.theme];
      for (const file of frame.files) {
        const path = file.rows.get(row)?.area(frame.zoom);
        if (!path) continue;
        context.save();
        clip(context, frame, file.boxAt(frame.zoom)); // neighbouring files have a margin in common
        toUnits(context, frame, file);
        context.fill(path, "evenodd");
        context.restore();
      }
    }
    context.globalAlpha = 1;
  }

  function strokes(context, frame, rows, colorOf, widthOf) {
    for (const row of rows) {
      const width = widthOf(row);
      const dash = row.dash && !row.casing ? row.dash.split(" ") : [];
      context.strokeStyle = colorOf(row);
      Object.assign(context, width < THIN_PX ? { lineJoin: "bevel", lineCap: "butt" } : { lineJoin: "round", lineCap: "round" });
      for (const file of frame.files) {
        const features = file.rows.get(row);
        if (!features?.isSeen(frame.zoom)) continue;
        const scale = toUnits(context, frame, file);
        context.lineWidth = width / scale;
        context.setLineDash(dash.map((part) => part / scale));
        for (const path of features.lines(frame.zoom, file.unitsOf(frame.cell, frame.zoom, width))) context.stroke(path);
      }
    }
  }

  /** Let the base map fade out where its data end, so that no river breaks off. */
  function fade(context, frame, color) {
    const { cell, ratio } = frame;
    const [west, north, east, south] = box.map((share) => share * 256 * 2 ** frame.zoom);
    context.setTransform(ratio, 0, 0, ratio, -frame.west * ratio, -frame.north * ratio);
    const edges = [[west, 0, 1, 0], [east, 0, -1, 0], [north, 1, 0, 1], [south, 1, 0, -1]];
    for (const [at, upright, right, down] of edges) {
      const [x, y] = [right < 0 ? at - FADE_PX : cell.west, down < 0 ? at - FADE_PX : cell.north];
      const [farX, farY] = [right > 0 ? at + FADE_PX : cell.east, down > 0 ? at + FADE_PX : cell.south];
      if (!boxesMeet({ west: x, north: y, east: farX, south: farY }, cell)) continue;
      const gradient = upright ? context.createLinearGradient(0, at, 0, at + down * FADE_PX) : context.createLinearGradient(at, 0, at + right * FADE_PX, 0);
      gradient.addColorStop(0, color);
      gradient.addColorStop(1, `${color}00`);
      context.fillStyle = gradient;
      context.fillRect(x, y, farX - x, farY - y);
    }
  }

  function marks(context, frame, row) {
    const { zoom, ratio, theme } = frame;
    const size = sizeAt(row.size, zoom);
    const [scale, path] = [(size / 16) * ratio, symbols.get(row.symbol)];
    Object.assign(context, { strokeStyle: style.land[theme], fillStyle: row.fill[theme], lineWidth: 3, lineJoin: "round" });
    for (const file of frame.files) {
      for (const { x, y } of file.rows.get(row)?.points(zoom, file.unitsOf(frame.cell, zoom, size)) ?? []) {
        const unit = pixelsPerUnit(file.band, zoom);
        context.setTransform(scale, 0, 0, scale, ((file.west + x) * unit - frame.west) * ratio - 8 * scale, ((file.north + y) * unit - frame.north) * ratio - 8 * scale);
        context.stroke(path);
        context.fill(path, "evenodd");
      }
    }
  }

  return { land, rest, all };
}

/** Let units of a file be drawn; the pixels of the zoom for one unit. */
function toUnits(context, { zoom, ratio, west, north }, file) {
  const scale = pixelsPerUnit(file.band, zoom);
  context.setTransform(scale * ratio, 0, 0, scale * ratio, (file.west * scale - west) * ratio, (file.north * scale - north) * ratio);
  return scale;
}

/** Draw only inside a box in pixels of the zoom; its edges are whole device pixels, so that boxes that touch leave no seam. */
function clip(context, { west, north, ratio }, box) {
  const [left, top, right, bottom] = [box.west - west, box.north - north, box.east - west, box.south - north].map((edge) => Math.round(edge * ratio));
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
}
