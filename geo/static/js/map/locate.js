// The position of the device: a dot with the circle of its accuracy, or a message why there is none.

import { fill, formatDistance } from "../core/format.js";
import { L } from "./leaflet.js";

const WAIT_MS = 15_000;
const DENIED = 1;
const PANE = "here";
const ABOVE_SYMBOLS = 640; // Leaflet's pane of markers has 600, that of tooltips 650

/** Let `button` show the position of the device; `say(text)` shows a message, `onPosition([lng, lat], accuracy_m)` moves the map. */
export function createLocate(map, view, button, { say, onPosition }) {
  const { words, lang } = view;
  const spot = L.layerGroup().addTo(map);
  map.createPane(PANE).style.zIndex = ABOVE_SYMBOLS; // a cluster at the same place would hide the dot
  map.getPane(PANE).style.pointerEvents = "none";

  button.addEventListener("click", () => {
    if (!navigator.geolocation) {
      say(words["locate.failed"]);
      return;
    }
    say(words["locate.wait"], { stay: true });
    navigator.geolocation.getCurrentPosition(showPosition, showFailure, { enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: 10_000 });
  });

  const showFailure = ({ code }) => say(words[code === DENIED ? "locate.denied" : "locate.failed"]);

  function showPosition({ coords: { latitude, longitude, accuracy } }) {
    const at = L.latLng(latitude, longitude);
    const [west, south, east, north] = view.max_bounds;
    spot.clearLayers();
    if (!L.latLngBounds([south, west], [north, east]).contains(at)) {
      say(words["locate.outside"]);
      return;
    }
    spot.addLayer(L.circle(at, { radius: accuracy, className: "here here--accuracy", weight: 1, interactive: false }));
    spot.addLayer(L.circleMarker(at, { pane: PANE, radius: 8, className: "here here--dot", weight: 3, fillOpacity: 1, interactive: false }));
    onPosition([longitude, latitude], accuracy);
    say(fill(words["locate.here"], { m: formatDistance(accuracy, lang) }));
  }
}
