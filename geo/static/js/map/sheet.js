// A canvas below the records that is drawn cell by cell: what is drawn stays while the map moves, and what is new is added.

import { cellsOf, contains, wholeCells } from "../core/cells.js";
import { L } from "./leaflet.js";

const MARGIN_PX = 100; // drawn beyond the edges of the view, so that a short move shows no blank land
const SCREEN_RATIO = 2; // more pixels than this are not seen on a screen
const PRINT_RATIO = 3;

/** The view of a map in pixels of its zoom. */
export function viewOf(map) {
  const { min, max } = map.getPixelBounds();
  return { west: min.x, north: min.y, east: max.x, south: max.y };
}

/**
 * A renderer of Leaflet, which moves the canvas while the map zooms. Options: `land()` gives the colour below what is drawn,
 * "" for none; `draw(context, frame)` draws one cell, `onChange()` is called when there are cells to draw. A frame is {west,
 * north: the corner of the canvas in pixels of the zoom, ratio: device pixels for each of them, zoom, cell}.
 */
export const Sheet = L.Renderer.extend({
  options: { pane: "terrain" },

  _initContainer() {
    this._container = L.DomUtil.create("canvas", "terrain");
    Object.assign(this._container.style, { zIndex: this.options.order, backgroundColor: this.options.land() });
    this._box = null;
    this._hasPicture = false; // a large canvas that nothing is drawn on costs nothing
    this._drawn = new Set();
  },

  _destroyContainer() {
    this._container.remove();
    delete this._container;
    this._box = null;
  },

  _updatePaths() {},

  getEvents() {
    return { ...L.Renderer.prototype.getEvents.call(this), move: this._follow };
  },

  /** While the map is moved by hand, draw what comes into view. */
  _follow() {
    if (this._box && this._map.getZoom() === this._zoom && !contains(this._box, viewOf(this._map))) this._update();
  },

  _updateTransform(center, zoom) {
    const scale = this._map.getZoomScale(zoom, this._zoom);
    const corner = L.point(this._box.west, this._box.north).multiplyBy(scale);
    L.DomUtil.setTransform(this._container, corner.subtract(this._map._getNewPixelOrigin(center, zoom)), scale);
  },

  _update() {
    const map = this._map;
    if (map._animatingZoom && this._box) return;
    const ratio = this.prints ? PRINT_RATIO : Math.min(window.devicePixelRatio || 1, SCREEN_RATIO);
    const box = wholeCells(viewOf(map), this.prints ? 0 : MARGIN_PX);
    const stays = this._box && this._zoom === map.getZoom() && this._ratio === ratio;
    if (!stays || !contains(this._box, box) || !contains(box, this._box)) this._replace(box, ratio, stays);
    this._center = map.getCenter();
    L.DomUtil.setPosition(this._container, L.point(box.west, box.north).subtract(map.getPixelOrigin()));
    this.options.onChange();
  },

  /** Take a new canvas for `box` with the picture of the old one, enlarged or reduced until its cells are drawn. */
  _replace(box, ratio, stays) {
    const [before, zoom] = [this._container, this._map.getZoom()];
    const canvas = before.cloneNode();
    const [width, height] = [box.east - box.west, box.south - box.north];
    Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    if (this._hasPicture) {
      const context = canvas.getContext("2d");
      const scale = this._map.getZoomScale(zoom, this._zoom);
      const { west, north, east, south } = this._box;
      context.drawImage(before, (west * scale - box.west) * ratio, (north * scale - box.north) * ratio, (east - west) * scale * ratio, (south - north) * scale * ratio);
    }
    before.replaceWith(canvas);
    const kept = stays ? cellsOf(box).filter(({ key }) => this._drawn.has(key)) : [];
    Object.assign(this, { _container: canvas, _box: box, _zoom: zoom, _ratio: ratio, _drawn: new Set(kept.map(({ key }) => key)) });
  },

  /** The box of the canvas in pixels of the zoom; null while it is not on the map. */
  box() {
    return this._box;
  },

  /** The zoom that the canvas is drawn for, which is that of the map except while it zooms. */
  zoom() {
    return this._zoom;
  },

  /** The cells that are not drawn yet, those in the middle of the view first. */
  missing() {
    return this._box ? cellsOf(this._box).filter(({ key }) => !this._drawn.has(key)) : [];
  },

  /** Draw a cell; `frame` adds to the frame that the option `draw` gets. */
  draw(cell, frame) {
    const { west, north } = this._box;
    const context = this._container.getContext("2d");
    context.save();
    this.options.draw(context, { ...frame, west, north, ratio: this._ratio, zoom: this._zoom, cell });
    context.restore();
    this._hasPicture = true;
    this._drawn.add(cell.key);
  },

  /** Let every cell be drawn again, for example in another theme. */
  expire() {
    if (this._container) this._container.style.backgroundColor = this.options.land();
    this._drawn.clear();
  },
});
