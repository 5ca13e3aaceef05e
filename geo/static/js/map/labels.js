// All labels of the map: placed by importance, without overlap; a label without room is hidden.

import { declutter } from "../core/declutter.js";
import { L } from "./leaflet.js";

const ROOM_PX = 60;
const ROW = 1.22;

// Offsets to try for a label: its own position, then around it at growing distances.
const ROUND = [
  { x: 0, y: 0 },
  ...[16, 28, 40, 54, 70, 90].flatMap((far) => [90, -90, 45, 135, -45, -135, 0, 180].map((turn) => ({ x: 1.4 * far * Math.cos((turn * Math.PI) / 180), y: far * Math.sin((turn * Math.PI) / 180) }))),
];

/**
 * `sources` are functions that give the names to place now, most important first: {key, at (Leaflet position), lines,
 * kind (a class), size (px), bold, around (px kept free for a symbol; 0 for a name that stands on its place), along
 * (whether that symbol is a line, which a name stands above or below), wide (px it may take), fits (whether it may stand at a position), color (where the class does not give one)}. `obstacles()` gives boxes in layer points that names must not cover.
 */
export function createLabels(map, sources, obstacles) {
  const pane = map.createPane("labels");
  pane.classList.add("labels", "leaflet-zoom-hide");
  const measure = ruler(getComputedStyle(map.getContainer()).fontFamily);
  let spans = new Map();
  let waiting = 0;

  function draw() {
    waiting = 0;
    const frame = map.getPixelBounds();
    const origin = map.getPixelOrigin();
    const visible = L.bounds(frame.min.subtract(origin), frame.max.subtract(origin));
    const margin = L.bounds(visible.min.subtract([ROOM_PX, ROOM_PX]), visible.max.add([ROOM_PX, ROOM_PX]));
    const labels = sources
      .flatMap((source) => source())
      .map((name) => withSpots(name, map.latLngToLayerPoint(name.at), measure, visible, map))
      .filter((name) => margin.contains(name.point) && name.width <= (name.wide ?? Infinity));
    const spots = declutter(labels, obstacles());
    const next = new Map();
    labels.forEach((name, i) => spots[i] && next.set(name.key, put(name, spots[i], spans.get(name.key))));
    for (const [key, span] of spans) if (!next.has(key)) span.remove();
    spans = next;
  }

  function put(name, spot, existing) {
    const span = existing ?? pane.appendChild(document.createElement("span"));
    span.className = `maplabel maplabel--${name.kind}`;
    span.style.color = name.color ?? "";
    const text = name.lines.join("\n");
    if (span.textContent !== text) span.textContent = text;
    L.DomUtil.setPosition(span, L.point(Math.round(spot.x - name.width / 2), Math.round(spot.y - name.height / 2)));
    return span;
  }

  const later = () => (waiting ||= requestAnimationFrame(draw));
  map.on("moveend zoomend viewreset resize", later);
  return { draw: later };
}

function withSpots(name, point, measure, visible, map) {
  const width = Math.max(...name.lines.map((line) => measure(line, name.size, name.bold))) + 2;
  const height = name.lines.length * name.size * ROW;
  const free = ({ x, y }) => !name.fits || name.fits(map.layerPointToLatLng([x, y]));
  const spots = name.around ? beside(point, width, height, name) : ROUND.map(({ x, y }) => ({ x: point.x + x, y: point.y + y })).filter(free);
  // The label of a symbol is shown completely or not at all; that of a unit may be cut by the edge of the map.
  const whole = ({ x }) => !name.around || (x - width / 2 > visible.min.x && x + width / 2 < visible.max.x);
  return { ...name, point, width, height, spots: spots.filter(whole) };
}

/** Positions right, left, below and above a symbol; only the last two for a line. */
function beside({ x, y }, width, height, { around, along }) {
  const [dx, dy] = [around + width / 2 + 3, around + height / 2 + 1];
  const upright = [{ x, y: y + dy }, { x, y: y - dy }];
  return along ? upright : [{ x: x + dx, y }, { x: x - dx, y }, ...upright];
}

function ruler(family) {
  const context = document.createElement("canvas").getContext("2d");
  const widths = new Map();
  return (text, size, bold) => {
    const font = `${bold ? 600 : 400} ${size}px ${family}`;
    const name = `${font} ${text}`;
    if (!widths.has(name)) {
      context.font = font;
      widths.set(name, context.measureText(text).width);
    }
    return widths.get(name);
  };
}
