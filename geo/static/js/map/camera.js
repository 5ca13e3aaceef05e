// The view of the map: the whole province, the state of the URL, or a selected record with its surroundings. What a
// panel does not cover is the frame of all of them.

import { distance } from "../core/geodesic.js";
import { L, latLng } from "./leaflet.js";

const CLOSEST = 12.5;
const NEAR_M = 30_000;
const NEAR_ENOUGH = 10;
const NARROW_PX = 360; // on a narrower screen the tools would cover the east of the province
const ZOOM_STEP = 0.25;

/** `inset(height)` returns the pixels that the panel covers on each side: {top, right, bottom, left}; `height` is that of a sheet. */
export function createCamera(map, view, inset) {
  map.options.zoomSnap = ZOOM_STEP;
  map.options.wheelPxPerZoomLevel = 90;
  // A margin, so that the edge of the province can be moved out from under the panel.
  map.setMaxBounds(L.latLngBounds(map.options.maxBounds).pad(0.35));
  const isNarrow = map.getSize().x < NARROW_PX;
  if (isNarrow) map.setMinZoom(map.getMinZoom() - ZOOM_STEP);
  const thematic = new Set(view.groups.flatMap((group) => group.layers).filter((layer) => layer.on).map((layer) => layer.name));
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const boxOf = ([west, south, east, north]) => L.latLngBounds([south, west], [north, east]);

  function padding(around) {
    const { top, right, bottom, left } = inset();
    return { paddingTopLeft: [left + around, top + around], paddingBottomRight: [right + around, bottom + around] };
  }

  function fit(bounds) {
    map.fitBounds(bounds, { ...padding(48), maxZoom: CLOSEST, animate: !still.matches });
  }

  /** Show the whole province; the tools may cover a corner of the box, which the province does not fill, but for narrow screens. */
  function home({ animate = !still.matches } = {}) {
    const { top, right, bottom, left } = inset();
    const sides = isNarrow ? 6 : 14;
    map.fitBounds(boxOf(view.bounds), { paddingTopLeft: [left + sides, top + 14], paddingBottomRight: [sides + (isNarrow ? right : 0), bottom + 14], animate });
  }

  /** Show the view of a state; the whole province when the state has none. */
  function restore(state) {
    if (state.view) map.setView([state.view.lat, state.view.lng], state.view.zoom, { animate: false });
    else home({ animate: false });
  }

  /**
   * Show a record and the linked records near it. The map stays where a near record is in sight: an area by its whole
   * extent, or without `move`, after a touch on the map, by its label point.
   */
  function look(record, { move = true } = {}) {
    if (!record.point) return;
    const whole = move && record.bbox ? boxOf(record.bbox) : L.latLngBounds([latLng(record.point)]);
    if (map.getZoom() >= NEAR_ENOUGH && inSight(whole.getSouthWest()) && inSight(whole.getNorthEast())) return;
    const bounds = record.bbox ? boxOf(record.bbox) : latLng(record.point).toBounds(1);
    if (record.precision?.approximate && record.precision.uncertainty_m) bounds.extend(latLng(record.point).toBounds(2 * record.precision.uncertainty_m));
    if (record.geometry?.type === "Point") {
      const near = record.links.flatMap((group) => group.items).filter(({ layer, point }) => point && thematic.has(layer) && distance(point, record.point) < NEAR_M);
      near.forEach(({ point }) => bounds.extend(latLng(point)));
    }
    fit(bounds);
  }

  function inSight(at) {
    const { top, right, bottom, left } = inset();
    const { x, y } = map.latLngToContainerPoint(at);
    const size = map.getSize();
    return x > left + 30 && x < size.x - right - 30 && y > top + 30 && y < size.y - bottom - 30;
  }

  /** The pixel of the map in the middle of what the panel leaves free. */
  function middle() {
    const { top, bottom, left } = inset();
    const size = map.getSize();
    return L.point((left + size.x) / 2, (top + size.y - bottom) / 2);
  }

  /** Show bounds (Leaflet) as large as they fit. */
  const frame = (bounds) => map.fitBounds(bounds, { ...padding(24), maxZoom: CLOSEST, animate: !still.matches });

  /** Put a position [lng, lat] in the middle of what is visible, at a zoom of at least `zoom`. */
  function centre(point, zoom) {
    const closer = Math.max(map.getZoom(), zoom);
    const shift = map.getSize().divideBy(2).subtract(middle());
    map.setView(map.unproject(map.project(latLng(point), closer).add(shift), closer), closer, { animate: !still.matches });
  }

  /** Zoom in or out by `levels` around the middle of what is visible. */
  const zoom = (levels) => map.setZoomAround(middle(), map.getZoom() + levels);

  /** The part of the map that a low panel does not cover, in degrees: raised it covers records, but lists them. */
  function visibleBox() {
    const { top, bottom, left } = inset("low");
    const size = map.getSize();
    const [upper, lower] = [[left, top], [size.x, size.y - bottom]].map((at) => map.containerPointToLatLng(at));
    return { west: upper.lng, south: lower.lat, east: lower.lng, north: upper.lat };
  }

  return { home, restore, look, frame, centre, zoom, visibleBox };
}
