// The buttons on the map (zoom, whole province, position, measure, full screen) and the scale bar.

import { L } from "./leaflet.js";
import { createLocate } from "./locate.js";
import { createMeasure } from "./measure.js";

/** Put the tools into `box`. `make(icon, label)` creates a button, `say` shows a message, `home` shows the whole province. */
export function createTools(map, view, box, frame, { make, say, home }) {
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

  zoomIn.addEventListener("click", () => map.zoomIn());
  zoomOut.addEventListener("click", () => map.zoomOut());
  whole.addEventListener("click", () => home());
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
  createLocate(map, view, locate, say);
  createMeasure(map, view, ruler, say);
}
