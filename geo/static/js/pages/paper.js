// The map on paper: fitted to the sheet before the browser prints, with a title, a legend and the sources.

import { L, latLng } from "../map/leaflet.js";
import { setPaper } from "../map/theme.js";
import { el, redraw, symbol } from "../ui/dom.js";

const PAPER = { width: "1040px", height: "560px" }; // a landscape A4 sheet; map.css scales it up to A3

/** Prepare `frame` for printing and restore it afterwards; `visible()` gives the names of the layers that are shown. */
export function preparePaper(map, view, frame, { terrain, labels, visible }) {
  const credits = frame.querySelector(".credits");
  const key = frame.querySelector(".paperkey");
  let before = null;

  function begin() {
    before = { center: map.getCenter(), zoom: map.getZoom(), open: credits?.open };
    const [whole, seen] = [L.latLngBounds([view.bounds.slice(0, 2), view.bounds.slice(2)].map(latLng)), map.getBounds()];
    if (key) redraw(key, shownLayers().map((layer) => el("li", {}, sign(layer), layer.label)));
    if (credits) credits.open = true;
    setPaper(true);
    Object.assign(frame.style, PAPER);
    frame.classList.add("mapframe--paper");
    map.invalidateSize({ animate: false, pan: false });
    // On the screen the panel takes room beside the province, on paper nothing does.
    map.fitBounds(seen.contains(whole) ? whole : seen, { animate: false });
    terrain?.print(true);
    labels.drawNow();
  }

  function end() {
    if (!before) return;
    setPaper(false);
    Object.assign(frame.style, { width: "", height: "" });
    frame.classList.remove("mapframe--paper");
    map.invalidateSize({ animate: false, pan: false });
    map.setView(before.center, before.zoom, { animate: false });
    terrain?.print(false);
    labels.drawNow();
    if (credits) credits.open = before.open;
    before = null;
  }

  const shownLayers = () => view.groups.flatMap((group) => group.layers).filter((layer) => visible().includes(layer.name));
  const sign = (layer) => (layer.geometry === "Point" ? symbol(view, layer.name, layer.icon) : el("span", { class: `swatch swatch--${layer.name}`, "aria-hidden": "true" }));

  window.addEventListener("beforeprint", begin);
  window.addEventListener("afterprint", end);
}
