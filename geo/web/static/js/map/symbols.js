// Markers: a shape per layer, an icon per class, a dashed ring where the place is approximate; cluster rings.

import { L } from "./leaflet.js";

const SVG = "http://www.w3.org/2000/svg";
const SHAPES = {
  circle: "M16 2.500a13.500 13.500 0 1 1 0 27a13.500 13.500 0 1 1 0-27z",
  square: "M7 3.500h18a3.500 3.500 0 0 1 3.500 3.500v18a3.500 3.500 0 0 1-3.500 3.500H7A3.500 3.500 0 0 1 3.500 25V7A3.500 3.500 0 0 1 7 3.500z",
  pentagon: "M16 1.500 30.500 12.500 25 29.500H7L1.500 12.500z",
  diamond: "M16 .5 31.500 16 16 31.500.5 16z",
};
const ICON_BOX = { circle: [8, 8, 16], square: [7.5, 7.5, 17], pentagon: [8.500, 9.500, 15], diamond: [9, 9, 14] };

export function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** A layer's symbol as an SVG element, `size` pixels wide. */
export function symbolSvg(style, icon, icons, { size = 32, approximate = false } = {}) {
  const shape = SHAPES[style.shape] ?? SHAPES.square;
  const [x, y, side] = ICON_BOX[style.shape] ?? ICON_BOX.square;
  const parts = [svg("path", { d: shape, fill: style.color, stroke: "#fff", "stroke-width": 1.6 })];
  if (approximate) {
    parts.unshift(svg("circle", { cx: 16, cy: 16, r: 18.500, fill: "none", stroke: style.color, "stroke-width": 1.8, "stroke-dasharray": "4 3.2" }));
  }
  parts.push(svg("use", { href: `${icons}#${icon}`, x, y, width: side, height: side, class: "pin__icon" }));
  return svg("svg", { viewBox: "0 0 32 32", width: size, height: size, "aria-hidden": "true", focusable: "false" }, ...parts);
}

/** A marker for a feature of /map.json, keyboard reachable and named. */
export function pin(feature, style, view) {
  const { title, symbol, precision, detail } = feature.properties;
  const approximate = Boolean(view.precisions[precision]?.approximate);
  const icon = L.divIcon({
    className: "pin",
    html: symbolSvg(style, style.icons[symbol] ?? style.icon, view.urls.icons, { size: 30, approximate }),
    iconSize: [30, 30],
  });
  const [lng, lat] = feature.geometry.coordinates;
  const name = [title, detail, approximate ? view.words.approximate : ""].filter(Boolean).join(", ");
  const marker = L.marker([lat, lng], { icon, title: name, alt: name, keyboard: true, riseOnHover: true });
  marker.on("add", () => marker.getElement()?.setAttribute("aria-label", name));
  return marker;
}

/** A cluster: how many, and a ring of the layers' colours in their shares. */
export function clusterIcon(cluster, styles, words) {
  const counts = new Map();
  for (const marker of cluster.getAllChildMarkers()) {
    counts.set(marker.feature.properties.layer, (counts.get(marker.feature.properties.layer) ?? 0) + 1);
  }
  const total = cluster.getChildCount();
  const size = total < 10 ? 38 : total < 50 ? 44 : 50;
  const ring = 2 * Math.PI * 16;
  let start = 0;
  const arcs = [...counts].map(([layer, count]) => {
    const share = (count / total) * ring;
    const arc = svg("circle", {
      cx: 20, cy: 20, r: 16, fill: "none", stroke: styles.get(layer).color, "stroke-width": 6,
      "stroke-dasharray": `${share} ${ring - share}`, "stroke-dashoffset": -start, transform: "rotate(-90 20 20)",
    });
    start += share;
    return arc;
  });
  const text = svg("text", { x: 20, y: 24.500, "text-anchor": "middle" });
  text.textContent = total;
  const drawn = svg(
    "svg", { viewBox: "0 0 40 40", width: size, height: size, "aria-hidden": "true" },
    svg("circle", { cx: 20, cy: 20, r: 19, fill: "#fffdf8" }), ...arcs, text,
  );
  const label = words.cluster.replace("{n}", total);
  const dim = cluster.getAllChildMarkers().every((marker) => marker.dimmed);
  const icon = L.divIcon({ className: dim ? "cluster cluster--dim" : "cluster", html: drawn, iconSize: [size, size] });
  const create = icon.createIcon.bind(icon);
  icon.createIcon = (old) => {
    const element = create(old);
    element.setAttribute("aria-label", label);
    element.setAttribute("role", "button");
    return element;
  };
  return icon;
}
