// Markers: a shape for each layer, an icon for each class, a dashed ring for approximate positions; rings for clusters.

import { isVietnamese } from "../core/language.js";
import { L } from "./leaflet.js";

// Symbols are no stops of the Tab key: hundreds would stand before the tools. The list leads to every record by keyboard.
L.Marker.mergeOptions({ keyboard: false });
const SVG = "http://www.w3.org/2000/svg";

export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** A layer's symbol as an SVG element, `size` pixels wide; a square for layers of lines and areas. */
export function symbolSvg({ shape, color }, icon, { shapes, urls }, { size = 30, approximate = false } = {}) {
  const { path, icon: [x, y, side] } = shapes[shape] ?? shapes.square;
  const parts = [
    svg("path", { d: path, fill: color, class: "pin__shape" }),
    svg("use", { href: `${urls.icons}#${icon}`, x, y, width: side, height: side, class: "pin__icon" }),
  ];
  if (approximate) parts.unshift(svg("circle", { cx: 16, cy: 16, r: 18.5, stroke: color, class: "pin__ring" }));
  return svg("svg", { viewBox: "0 0 32 32", width: size, height: size, "aria-hidden": "true", focusable: "false" }, ...parts);
}

/** Give the element of a symbol the role, the name and the language that a screen reader reads. */
function name(element, text) {
  element.setAttribute("role", "button");
  element.setAttribute("aria-label", text);
  element.tabIndex = -1;
  if (document.documentElement.lang !== "vi" && isVietnamese(text)) element.lang = "vi";
}

/** An icon whose `draw()` makes its drawing when the marker is first shown: most markers are in clusters and never are. */
const DrawnIcon = L.DivIcon.extend({
  createIcon(old) {
    this.options.html ||= this.options.draw();
    return L.DivIcon.prototype.createIcon.call(this, old);
  },
});

/** A marker with an accessible name, `text`; `draw()` makes its drawing. `offset` moves it on the screen, in pixels. */
export function marker(at, draw, text, { size = 30, className = "pin", offset = { x: 0, y: 0 }, ...options } = {}) {
  const anchor = [size / 2 - offset.x, size / 2 - offset.y];
  const icon = new DrawnIcon({ className, draw, iconSize: [size, size], iconAnchor: anchor, tooltipAnchor: [offset.x, offset.y - size / 2 - 2] });
  const pin = L.marker(at, { icon, alt: text, riseOnHover: true, ...options });
  pin.on("add", () => pin.getElement() && name(pin.getElement(), text));
  pin.on("keypress", (event) => event.originalEvent.key === "Enter" && pin.fire("click", { latlng: pin.getLatLng() }));
  return pin;
}

/** A tooltip under the mouse; none on touch screens, where a touch opens the record. */
export function tip(layer, text, options = {}) {
  if (!matchMedia("(hover: hover)").matches) return;
  const line = document.createElement("span");
  line.textContent = text;
  layer.bindTooltip(line, { direction: "top", className: "tip", ...options });
}

/** The box that a marker takes, in layer points. */
export function boxOf(map, pin) {
  const { iconSize, iconAnchor } = pin.size ? { iconSize: pin.size } : pin.options.icon.options;
  const size = L.point(iconSize);
  const anchor = iconAnchor ? L.point(iconAnchor) : size.divideBy(2);
  const { x, y } = map.latLngToLayerPoint(pin.getLatLng()).subtract(anchor).add(size.divideBy(2));
  return { x, y, width: size.x + 4, height: size.y + 4 };
}

/** The icon of a cluster: the number of its records in a ring with the colours of their layers by share. */
export function clusterIcon(cluster, styles, words) {
  const members = cluster.getAllChildMarkers();
  const counts = countBy(members, (member) => member.feature.properties.layer);
  const total = members.length;
  const size = total < 5 ? 36 : total < 15 ? 42 : total < 50 ? 48 : 54;
  const text = svg("text", { x: 20, y: 20, dy: ".36em", "text-anchor": "middle" });
  text.textContent = total;
  const drawing = svg(
    "svg", { viewBox: "0 0 40 40", width: size, height: size, "aria-hidden": "true" },
    svg("circle", { cx: 20, cy: 20, r: 19.5, class: "cluster__plate" }), ...arcs(counts, total, styles), text,
  );
  const parts = [...counts].map(([layer, count]) => `${styles.get(layer).label}: ${count}`);
  const icon = L.divIcon({ className: members.every((member) => member.dimmed) ? "cluster cluster--dim" : "cluster", html: drawing, iconSize: [size, size] });
  Object.assign(cluster, { parts, size: [size, size] });
  labelIcon(icon, `${words.cluster.replace("{n}", total)} (${parts.join(", ")})`);
  return icon;
}

function countBy(items, keyOf) {
  const counts = new Map();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

function arcs(counts, total, styles) {
  const ring = 2 * Math.PI * 16.5;
  const gap = counts.size > 1 ? 1.2 : 0;
  let start = 0;
  return [...counts].map(([layer, count]) => {
    const share = (count / total) * ring;
    const arc = svg("circle", {
      cx: 20, cy: 20, r: 16.5, class: "cluster__arc", stroke: styles.get(layer).color,
      "stroke-dasharray": `${Math.max(share - gap, 1)} ${ring}`, "stroke-dashoffset": -start, transform: "rotate(-90 20 20)",
    });
    start += share;
    return arc;
  });
}

function labelIcon(icon, label) {
  const create = icon.createIcon.bind(icon);
  icon.createIcon = (old) => {
    const element = create(old);
    name(element, label);
    return element;
  };
}
