// The buttons on the map (zoom, whole province, position, measure, full screen) and the scale bar.

import { L } from "./leaflet.js";
import { createLocate } from "./locate.js";
import { createMeasure } from "./measure.js";

/**
 * Put the tools into `box`. `make(icon, label)` creates a button, `say` shows a message, `camera` is that of map/camera.js,
 * `onPosition([lng, lat], accuracy_m)` is called with the position of the device.
 */
export function createTools(map, view, box, frame, { make, say, camera, onPosition }) {
  const { words } = view;
  const group = (...buttons) => {
    const element = document.createElement("div");
    element.className = "tools__group";
    element.append(...buttons);
    box.append(element);
  };
  const zoomIn = make("plus", words["zoom.in"]);
  const zoomOut = make("minus", words["zoom.out"]);
  const whole = make("home", words["zoom.home"]);
  const locate = make("locate", words.locate);
  const ruler = make("measure", words.measure);
  const full = make("fullscreen", words.fullscreen);
  full.classList.add("tools__button--wide-only");
  group(zoomIn, zoomOut, whole);
  group(locate, ruler, ...(document.fullscreenEnabled ? [full] : []));

  zoomIn.addEventListener("click", () => camera.zoom(1));
  zoomOut.addEventListener("click", () => camera.zoom(-1));
  whole.addEventListener("click", () => camera.home());
  const limits = () => {
    zoomIn.disabled = map.getZoom() >= map.getMaxZoom();
    zoomOut.disabled = map.getZoom() <= map.getMinZoom();
  };
  map.on("zoomend", limits);
  limits();
  L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 110 }).addTo(map);

  full.setAttribute("aria-pressed", "false");
  full.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : frame.requestFullscreen()).catch(() => say(words.fullscreen)));
  document.addEventListener("fullscreenchange", () => full.setAttribute("aria-pressed", String(Boolean(document.fullscreenElement))));
  createLocate(map, view, locate, { say, onPosition });
  createMeasure(map, view, ruler, say);

  // The map itself has the focus for the keys that move it, which screen readers pass on to an application only.
  const keys = map.getContainer();
  keys.setAttribute("role", "application");
  keys.setAttribute("aria-label", words["map.keys"]);
}
