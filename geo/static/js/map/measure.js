// Measuring on the map: length and area of points that the user sets, on the ellipsoid.

import { formatArea, formatDistance } from "../core/format.js";
import { areaOf, lengthOf } from "../core/geodesic.js";
import { L, latLng } from "./leaflet.js";

/** Let `button` switch measuring on and off; `say(text, {stay, actions})` shows the result and its buttons. */
export function createMeasure(map, view, button, say) {
  const { words, lang } = view;
  const drawing = L.layerGroup();
  let points = [];
  let active = false;
  let adding = false;

  function start() {
    points = [];
    active = adding = true;
    drawing.addTo(map);
    mode();
    draw();
  }

  function stop() {
    active = adding = false;
    drawing.remove();
    mode();
    say("");
  }

  function finish() {
    adding = false;
    mode();
    draw();
  }

  function undo() {
    points.pop();
    adding = true;
    mode();
    draw();
  }

  function mode() {
    button.setAttribute("aria-pressed", String(active));
    map.getContainer().classList.toggle("measuring", adding);
    map.doubleClickZoom[adding ? "disable" : "enable"]();
  }

  function add({ latlng }) {
    if (!adding) return;
    points.push([latlng.lng, latlng.lat]);
    draw();
  }

  function draw() {
    const line = points.map(latLng);
    drawing.clearLayers();
    if (line.length > 2) drawing.addLayer(L.polygon(line, { className: "ruler ruler--area", stroke: false, interactive: false }));
    drawing.addLayer(L.polyline(line, { className: "ruler ruler--line", weight: 3, interactive: false }));
    line.forEach((at) => drawing.addLayer(L.circleMarker(at, { className: "ruler ruler--point", radius: 5, weight: 2, fillOpacity: 1, interactive: false })));
    const actions = [
      ...(points.length ? [[words["measure.undo"], undo]] : []),
      ...(adding && points.length > 1 ? [[words["measure.done"], finish]] : []),
      [words["measure.stop"], stop],
    ];
    say(result(), { stay: true, actions });
  }

  function result() {
    if (points.length < 2) return words["measure.hint"];
    const parts = [`${words["measure.length"]}: ${formatDistance(lengthOf(points), lang)}`];
    if (points.length > 2) parts.push(`${words["measure.area"]}: ${formatArea(areaOf(points), lang)}`);
    return parts.join(" · ");
  }

  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => (active ? stop() : start()));
  map.on("click", add);
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (!active) return;
    if (key === "Escape") {
      event.preventDefault(); // the same key closes the open record
      stop();
    }
    if (adding && points.length > 1 && key === "Enter" && !target.closest("button, a, input, select")) finish();
    else if (adding && points.length && key === "Backspace" && !target.closest("input, textarea")) undo();
  });
}
