// Many places of two layers as dots on one canvas, so that all of them can be painted anew while a slider moves.

import { ringAround } from "../core/geodesic.js";
import { FAR, MAYBE, NEAR } from "../core/reach.js";
import { L, latLng } from "./leaflet.js";
import { marker, symbolSvg, tip } from "./symbols.js";
import { onTheme } from "./theme.js";

const RADII = [7, 5]; // the layer that is asked about is drawn larger, so that both are seen at one place
const CHOSEN = 36;

/**
 * `sides` are the two layers: {layer, points, titles, radii}, the points as [lng, lat] and the radii of uncertainty in
 * metres. Calls `onChoose(side, place)` when a dot is pressed.
 */
export function createDots(map, view, sides, { onChoose }) {
  for (const [name, order] of Object.entries({ rings: 590, dots: 600, chosen: 640 })) map.createPane(name).style.zIndex = order;
  const renderer = L.canvas({ pane: "dots", padding: 0.3 });
  const styles = sides.map(({ layer }) => view.groups.flatMap((group) => group.layers).find((one) => one.name === layer));
  const group = L.layerGroup().addTo(map);
  const light = L.layerGroup().addTo(map);
  let painted = [];
  let drawn = "";

  const dots = sides.map(({ points, titles }, side) =>
    points.map((point, place) => {
      const dot = L.circleMarker(latLng(point), { renderer, pane: "dots", radius: RADII[side], weight: 1 });
      tip(dot, titles[place]);
      dot.on("click", () => onChoose(side, place));
      return dot;
    }),
  );
  for (const dot of [...dots[0], ...dots[1]]) group.addLayer(dot);

  /** Paint every dot by its state; dots whose state has not changed stay as they are. */
  function paint(states) {
    const looks = sides.map((_, side) => lookOf(styles[side].color));
    const key = looks.map((look) => look[NEAR].color).join();
    states.forEach((side, i) => side.forEach((state, place) => (key !== drawn || painted[i]?.[place] !== state) && dots[i][place].setStyle(looks[i][state])));
    painted = states;
    drawn = key;
  }

  function lookOf(own) {
    const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const [land, soft] = [token("--map-plate"), token("--map-name")];
    const color = mix(own, token("--ink"), Math.min(0.55, parseFloat(token("--own-mix")) / 100)); // lighter on a dark map
    return {
      [NEAR]: { color: land, weight: 1.2, opacity: 1, dashArray: null, fillColor: color, fillOpacity: 1 },
      [MAYBE]: { color, weight: 2.2, opacity: 1, dashArray: [3, 2.5], fillColor: land, fillOpacity: 0.9 },
      [FAR]: { color: soft, weight: 1.2, opacity: 0.75, dashArray: null, fillColor: land, fillOpacity: 0.35 },
    };
  }

  /**
   * Draw a place larger, a ring of `metres` around it, its circle of uncertainty, and lines to the places of the other
   * layer in `ends`: {place, sure}. null ends it.
   */
  function choose(chosen, metres, ends) {
    light.clearLayers();
    if (!chosen) return;
    const { side, place } = chosen;
    const [point, radius, style] = [sides[side].points[place], sides[side].radii[place], styles[side]];
    const ring = (length, className) => L.polyline(ringAround(point, length).map(latLng), { pane: "rings", interactive: false, className, weight: 1.8 });
    light.addLayer(ring(metres, "reach__ring"));
    if (radius > 100) light.addLayer(ring(radius, "reach__ring reach__ring--unsure"));
    for (const { place: other, sure } of ends) {
      light.addLayer(L.polyline([point, sides[1 - side].points[other]].map(latLng), { pane: "rings", interactive: false, className: `reach__line${sure ? "" : " reach__line--maybe"}`, weight: 1.6 }));
    }
    const name = sides[side].titles[place];
    const pin = marker(latLng(point), () => symbolSvg(style, style.icon, view, { size: CHOSEN }), name, { size: CHOSEN, className: "pin pin--chosen", pane: "chosen" });
    pin.bindTooltip(text(name), { permanent: true, direction: "top", className: "tip tip--chosen" });
    light.addLayer(pin);
  }

  onTheme(() => painted.length && paint(painted.map((side) => side.slice())));
  return { paint, choose };
}

/** The colour between two of the form #rrggbb at a share of the second. */
function mix(one, other, share) {
  const part = (color, at) => parseInt(color.slice(at, at + 2), 16);
  return `#${[1, 3, 5].map((at) => Math.round(part(one, at) * (1 - share) + part(other, at) * share).toString(16).padStart(2, "0")).join("")}`;
}

function text(words) {
  const line = document.createElement("span");
  line.textContent = words;
  return line;
}

