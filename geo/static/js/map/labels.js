// All labels of the map: placed by importance, without overlap; a label without room is hidden.

import { pathData } from "../core/along.js";
import { createPlacer } from "../core/declutter.js";
import { atOnce, inSlices } from "../core/slices.js";
import { L } from "./leaflet.js";
import { svg } from "./symbols.js";

const ROOM_PX = 60;
const ROW = 1.22;
const SAME_PX = 140; // least distance of two labels with the same text

// Offsets to try for a label: its own position, then around it at growing distances.
const ringAt = (far) => [90, -90, 45, 135, -45, -135, 0, 180].map((turn) => ({ x: 1.4 * far * Math.cos((turn * Math.PI) / 180), y: far * Math.sin((turn * Math.PI) / 180) }));
const ROUND = [{ x: 0, y: 0 }, ...[16, 28, 40, 54, 70, 90].flatMap(ringAt)];
const WIDELY_ROUND = [...ROUND, ...[110, 130].flatMap(ringAt)];

/**
 * `sources` are functions that give the names to place now, as an array or from a generator, which may give null where it
 * has none yet and has worked long: {key, at (Leaflet position), lines, kind (a class), size
 * (px), bold, priority (a smaller number is placed first; equal ones in the order of the sources), around (px kept free
 * for a symbol; 0 for a name that stands on its place), along (whether that symbol is a line, which a name stands above
 * or below), wide (px it may take), fits (whether a position lies in what it names, which the whole name must do), leads
 * (whether it may stand outside all the same, with a line to its place, so that it is not missing), color (where the class does not give one), apart (px from the same text)}. Instead of `at` and `around` a name may have
 * `spotsFor(width, height, visible)`: {x, y} in layer points, with `path` and `boxes` where it is written along a line,
 * and `spacing`, the px between its letters. An `insistent` name may stand at some distance from its symbol, if it can
 * where `within(position)` holds. `obstacles()` gives boxes in layer points that names must not cover.
 */
export function createLabels(map, sources, obstacles) {
  const pane = map.createPane("labels");
  pane.classList.add("labels", "leaflet-zoom-hide");
  pane.setAttribute("aria-hidden", "true");
  const lines = pane.appendChild(svg("svg", { class: "linelabels", width: 1, height: 1 }));
  const measure = ruler(getComputedStyle(map.getContainer()).fontFamily);
  const elements = new Map();
  let waiting = 0;
  let isFirst = true;
  let latest = 0; // the drawing that has not been superseded

  function draw() {
    waiting = 0;
    isFirst = false;
    const mine = ++latest;
    inSlices(steps(), () => mine !== latest);
  }

  function drawNow() {
    latest += 1;
    atOnce(steps());
  }

  /** Place all names, then put those with a spot on the map and take the others from it. */
  function* steps() {
    const frame = map.getPixelBounds();
    const origin = map.getPixelOrigin();
    const visible = L.bounds(frame.min.subtract(origin), frame.max.subtract(origin));
    const names = [];
    for (const source of sources) {
      for (const name of source()) {
        if (name) names.push(name);
        yield;
      }
    }
    const place = createPlacer(obstacles());
    const placed = new Map();
    for (const name of names.sort((a, b) => a.priority - b.priority)) {
      const label = withSpots(name, measure, visible, map);
      const spot = label.width <= (name.wide ?? Infinity) && place(label);
      if (spot) placed.set(name.key, [label, spot]);
      yield;
    }
    for (const key of elements.keys()) if (!placed.has(key)) drop(key);
    for (const [key, [label, spot]] of placed) {
      const element = put(label, spot, elements.get(key));
      if (elements.get(key) !== element) drop(key);
      elements.set(key, element);
      yield;
    }
  }

  function drop(key) {
    elements.get(key)?.remove();
    elements.delete(key);
  }

  function put(name, spot, existing) {
    return spot.path ? putAlong(name, spot.path) : putSpan(name, spot, existing instanceof HTMLElement ? existing : null);
  }

  function putSpan(name, spot, existing) {
    const span = existing ?? pane.appendChild(document.createElement("span"));
    span.className = `maplabel maplabel--${name.kind}${name.bold ? " maplabel--bold" : ""}`;
    span.style.setProperty("--own", name.color ?? "");
    span.style.fontSize = name.ownSize ? `${name.size}px` : "";
    const text = name.lines.join("\n");
    if (span.textContent !== text) span.textContent = text;
    span.querySelector(".leader")?.remove();
    if (name.leads && !name.prefers(spot)) span.append(leader(name, spot));
    L.DomUtil.setPosition(span, L.point(Math.round(spot.x - name.width / 2), Math.round(spot.y - name.height / 2)));
    return span;
  }

  function putAlong(name, path) {
    const id = `along-${name.key.replace(/[^\w-]/g, "_")}`;
    const text = svg("textPath", { href: `#${id}`, startOffset: "50%", "text-anchor": "middle" });
    text.textContent = name.lines[0];
    const words = svg("text", { dy: ".35em", class: `linelabel linelabel--${name.kind}` }, text);
    Object.assign(words.style, { fontSize: `${name.size}px`, fontWeight: name.bold ? 600 : 500, letterSpacing: name.spacing ? `${name.spacing}px` : "" });
    words.style.setProperty("--own", name.color);
    return lines.appendChild(svg("g", {}, svg("path", { id, d: pathData(path), fill: "none" }), words));
  }

  // While the map is being made, what can be chosen goes before the names of places.
  const soon = window.requestIdleCallback ?? requestAnimationFrame;
  const later = () => (waiting ||= isFirst ? soon(draw) : requestAnimationFrame(draw));
  map.on("moveend zoomend viewreset resize", later);
  map.on("zoomstart viewreset", () => (latest += 1)); // positions on the screen are others from here on
  return { draw: later, drawNow };
}

function withSpots(name, measure, visible, map) {
  const width = Math.max(...name.lines.map((line) => measure(line, name.size, name.bold) + (name.spacing ?? 0) * line.length)) + 2 + (name.pad ?? 0);
  const height = name.lines.length * name.size * ROW;
  const sized = { ...name, width, height, text: name.lines.join(" "), apart: name.apart ?? SAME_PX };
  if (name.spotsFor) return { ...sized, spots: name.spotsFor(width, height, visible) };
  const point = map.latLngToLayerPoint(name.at);
  if (!margin(visible).contains(point)) return { ...sized, spots: [] };
  // A label is not cut by the edge of the map.
  const whole = ({ x, y }) => x - width / 2 > visible.min.x && x + width / 2 < visible.max.x && y - height / 2 > visible.min.y && y + height / 2 < visible.max.y;
  const lies = (area) => (spot) => cornersOf(spot, width, height).every((corner) => area(map.layerPointToLatLng(corner)));
  const spots = name.around ? beside(point, width, height, name) : (name.leads ? WIDELY_ROUND : ROUND).map(({ x, y }) => ({ x: point.x + x, y: point.y + y }));
  const wish = name.leads ? name.fits : name.within;
  return { ...sized, place: point, spots: spots.filter(whole), ...(name.fits && !name.leads && { allows: lies(name.fits) }), ...(wish && { prefers: lies(wish) }) };
}

/** A line from the edge of a name to the place that it names, in the pixels of the name's element; empty where the name covers it. */
function leader({ width, height, place }, { x, y }) {
  const [dx, dy] = [place.x - x, place.y - y];
  const edge = Math.min(1, 1 / Math.max((2 * Math.abs(dx)) / width, (2 * Math.abs(dy)) / height));
  const at = (share) => `${(width / 2 + share * dx).toFixed(1)} ${(height / 2 + share * dy).toFixed(1)}`;
  return svg("svg", { class: "leader", width: 1, height: 1 }, svg("path", { d: `M${at(edge)}L${at(1)}` }));
}

const margin = ({ min, max }) => L.bounds(min.subtract([ROOM_PX, ROOM_PX]), max.add([ROOM_PX, ROOM_PX]));

/** The middle of a label and its corners, a little inside, as blank space around letters may lie outside. */
function cornersOf({ x, y }, width, height) {
  const [dx, dy] = [width / 2 - 1, height / 2 - 2];
  return [[x, y], [x - dx, y - dy], [x + dx, y - dy], [x - dx, y + dy], [x + dx, y + dy]];
}

/** Positions right, left, below and above a symbol; only the last two for a line. */
function beside({ x, y }, width, height, { around, along, insistent }) {
  const [dx, dy] = [around + width / 2 + 3, around + height / 2 + 1];
  const upright = [{ x, y: y + dy }, { x, y: y - dy }];
  if (along) return upright;
  const corners = [[1, -1], [1, 1], [-1, -1], [-1, 1]].map(([right, down]) => ({ x: x + right * (around * 0.7 + width / 2 + 2), y: y + down * (around * 0.7 + height / 2) }));
  return [{ x: x + dx, y }, { x: x - dx, y }, ...upright, ...corners, ...(insistent ? ringOf(x, y, width, height, around) : [])];
}

/** Positions around a symbol at growing distances, for a name that should not be missing; farther away it would seem to name something else. */
const ringOf = (x, y, width, height, around) =>
  [14, 28, 42].flatMap((far) => [0, 180, -90, 90, -45, 45, -135, 135, -20, 20, 160, -160, -70, 70, 110, -110].map((turn) => {
    const [cos, sin] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)];
    return { x: x + cos * (far + around + width / 2), y: y + sin * (far + around + height / 2) };
  }));

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
