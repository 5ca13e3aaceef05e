// The buttons on the map: zoom, whole province, where am I, measure, full screen; and the scale.

import { areaOf, lengthOf } from "../core/geodesic.js";
import { fill, formatArea, formatDistance } from "../core/format.js";
import { L, latLng } from "./leaflet.js";

/** Put the tools into `box`. `make(icon, label)` makes a button, `say(text)` tells people something. */
export function createTools(map, view, box, frame, { make, say }) {
  const { words } = view;
  const group = (...buttons) => {
    const made = document.createElement("div");
    made.className = "tools__group";
    made.append(...buttons);
    box.append(made);
  };
  const zoomIn = make("plus", words["zoom.in"]);
  const zoomOut = make("minus", words["zoom.out"]);
  const home = make("home", words["zoom.home"]);
  const locate = make("locate", words.locate);
  const measure = make("measure", words.measure);
  const full = make("fullscreen", words.fullscreen);
  group(zoomIn, zoomOut, home);
  group(locate, measure, ...(document.fullscreenEnabled ? [full] : []));

  const [west, south, east, north] = view.bounds;
  zoomIn.addEventListener("click", () => map.zoomIn());
  zoomOut.addEventListener("click", () => map.zoomOut());
  home.addEventListener("click", () => map.fitBounds([[south, west], [north, east]]));
  const limits = () => {
    zoomIn.disabled = map.getZoom() >= map.getMaxZoom();
    zoomOut.disabled = map.getZoom() <= map.getMinZoom();
  };
  map.on("zoomend", limits);
  limits();
  L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 120 }).addTo(map);
  full.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : frame.requestFullscreen()).catch(() => say(words.fullscreen)));
  document.addEventListener("fullscreenchange", () => full.setAttribute("aria-pressed", String(Boolean(document.fullscreenElement))));
  createLocate(map, view, locate, say);
  createMeasure(map, view, measure, say);
}

function createLocate(map, view, button, say) {
  const { words } = view;
  const spot = L.layerGroup().addTo(map);
  const failures = { 1: words["locate.denied"] };
  button.addEventListener("click", () => {
    say(words["locate.wait"]);
    if (!navigator.geolocation) say(words["locate.failed"]);
    else navigator.geolocation.getCurrentPosition(found, (error) => say(failures[error.code] ?? words["locate.failed"]), { enableHighAccuracy: true, timeout: 15000 });
  });

  function found({ coords }) {
    const at = L.latLng(coords.latitude, coords.longitude);
    const [west, south, east, north] = view.max_bounds;
    spot.clearLayers();
    if (!L.latLngBounds([south, west], [north, east]).contains(at)) {
      say(words["locate.outside"]);
      return;
    }
    spot.addLayer(L.circle(at, { radius: coords.accuracy, color: "#1b62c9", weight: 1, fillOpacity: 0.12, interactive: false }));
    spot.addLayer(L.circleMarker(at, { radius: 7, color: "#fff", weight: 2, fillColor: "#1b62c9", fillOpacity: 1, interactive: false }));
    map.setView(at, Math.max(map.getZoom(), 13));
    say(fill(words["locate.here"], { m: formatDistance(coords.accuracy, view.lang) }));
  }
}

function createMeasure(map, view, button, say) {
  const { words, lang } = view;
  const drawing = L.layerGroup();
  let points = [];

  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => (active() ? stop() : start()));
  const active = () => button.getAttribute("aria-pressed") === "true";

  function start() {
    points = [];
    drawing.clearLayers().addTo(map);
    button.setAttribute("aria-pressed", "true");
    map.getContainer().classList.add("measuring");
    map.doubleClickZoom.disable();
    map.on("click", add);
    document.addEventListener("keydown", keys);
    say(words["measure.hint"], { stay: true, action: words["measure.stop"], onAction: stop });
  }

  function finish() {
    map.off("click", add);
    map.getContainer().classList.remove("measuring");
    map.doubleClickZoom.enable();
    document.removeEventListener("keydown", keys);
    button.setAttribute("aria-pressed", "false");
  }

  function stop() {
    finish();
    drawing.remove();
    say("");
  }

  function keys(event) {
    if (event.key === "Escape") stop();
    if (event.key === "Enter" && points.length > 1) finish();
  }

  function add(event) {
    points.push([event.latlng.lng, event.latlng.lat]);
    const line = points.map(latLng);
    drawing.clearLayers();
    const look = { color: "#1b62c9", weight: 3, interactive: false };
    drawing.addLayer(points.length > 2 ? L.polygon(line, { ...look, fillOpacity: 0.1 }) : L.polyline(line, look));
    line.forEach((at) => drawing.addLayer(L.circleMarker(at, { radius: 4, ...look, weight: 2, fillColor: "#fff", fillOpacity: 1 })));
    const parts = [`${words["measure.length"]}: ${formatDistance(lengthOf(points), lang)}`];
    if (points.length > 2) parts.push(`${words["measure.area"]}: ${formatArea(areaOf(points), lang)}`);
    say(parts.join(" · "), { stay: true, action: words["measure.stop"], onAction: stop });
  }
}
