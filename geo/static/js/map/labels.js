// Every name on the map: placed by importance, clear of symbols and of one another, hidden where there is no room.

import { declutter } from "../core/declutter.js";
import { L } from "./leaflet.js";

const ROOM_PX = 60;
const ROW = 1.22;

// On its place, else around it, ever farther.
const ROUND = [
  { x: 0, y: 0 },
  ...[16, 28, 40, 54, 70, 90].flatMap((far) => [90, -90, 45, 135, -45, -135, 0, 180].map((turn) => ({ x: 1.4 * far * Math.cos((turn * Math.PI) / 180), y: far * Math.sin((turn * Math.PI) / 180) }))),
];

/**
 * `sources` are functions that give the names wanted now, most important first: {key, at (Leaflet position), lines,
 * kind (a class), size (px), bold, around (px kept free for a symbol; 0 for a name that stands on its place), along
 * (whether that symbol is a line, which a name stands above or below), wide (px it may take), fits (whether it may stand at a position), color (where the class does not give one)}. `taken()` gives boxes in layer points that names must not cover.
 */
export function createLabels(map, sources, taken) {
  const pane = map.createPane("labels");
  pane.classList.add("labels", "leaflet-zoom-hide");
  const measure = ruler(getComputedStyle(map.getContainer()).fontFamily);
  let shown = new Map();
  let waiting = 0;

  function draw() {
    waiting = 0;
    const frame = map.getPixelBounds();
    const origin = map.getPixelOrigin();
    const seen = L.bounds(frame.min.subtract(origin), frame.max.subtract(origin));
    const margin = L.bounds(seen.min.subtract([ROOM_PX, ROOM_PX]), seen.max.add([ROOM_PX, ROOM_PX]));
    const wanted = sources
      .flatMap((source) => source())
      .map((name) => sized(name, map.latLngToLayerPoint(name.at), measure, seen, map))
      .filter((name) => margin.contains(name.point) && name.width <= (name.wide ?? Infinity));
    const spots = declutter(wanted, taken());
    const next = new Map();
    wanted.forEach((name, i) => spots[i] && next.set(name.key, put(name, spots[i], shown.get(name.key))));
    for (const [key, span] of shown) if (!next.has(key)) span.remove();
    shown = next;
  }

  function put(name, spot, held) {
    const span = held ?? pane.appendChild(document.createElement("span"));
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

function sized(name, point, measure, seen, map) {
  const width = Math.max(...name.lines.map((line) => measure(line, name.size, name.bold))) + 2;
  const height = name.lines.length * name.size * ROW;
  const free = ({ x, y }) => !name.fits || name.fits(map.layerPointToLatLng([x, y]));
  const spots = name.around ? beside(point, width, height, name) : ROUND.map(({ x, y }) => ({ x: point.x + x, y: point.y + y })).filter(free);
  // A name that names a symbol is whole or not there; one that names a land may be cut by the edge of the map.
  const whole = ({ x }) => !name.around || (x - width / 2 > seen.min.x && x + width / 2 < seen.max.x);
  return { ...name, point, width, height, spots: spots.filter(whole) };
}

/** Right of a symbol, else left, below, above; only the last two of a line. */
function beside({ x, y }, width, height, { around, along }) {
  const [dx, dy] = [around + width / 2 + 3, around + height / 2 + 1];
  const upright = [{ x, y: y + dy }, { x, y: y - dy }];
  return along ? upright : [{ x: x + dx, y }, { x: x - dx, y }, ...upright];
}

function ruler(family) {
  const context = document.createElement("canvas").getContext("2d");
  const known = new Map();
  return (text, size, bold) => {
    const font = `${bold ? 600 : 400} ${size}px ${family}`;
    const name = `${font} ${text}`;
    if (!known.has(name)) {
      context.font = font;
      known.set(name, context.measureText(text).width);
    }
    return known.get(name);
  };
}
