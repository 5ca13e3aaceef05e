// The squares of the screen that the base map is drawn in, some in each frame, so that no frame waits for all of them.

export const CELL_PX = 240; // a whole number of device pixels at the usual ratios: 1.1, 1.25, 4/3, 1.5, 1.75, 2

/** A box {west, north, east, south} in pixels of the zoom, grown by `margin` pixels and then to whole cells. */
export function wholeCells({ west, north, east, south }, margin) {
  const [before, after] = [(value) => Math.floor((value - margin) / CELL_PX) * CELL_PX, (value) => Math.ceil((value + margin) / CELL_PX) * CELL_PX];
  return { west: before(west), north: before(north), east: after(east), south: after(south) };
}

/** The cells of a box of whole cells, each a box with a `key`, the ones nearest to its middle first. */
export function cellsOf({ west, north, east, south }) {
  const cells = [];
  for (let y = north; y < south; y += CELL_PX) {
    for (let x = west; x < east; x += CELL_PX) {
      const off = Math.hypot(x + CELL_PX / 2 - (west + east) / 2, y + CELL_PX / 2 - (north + south) / 2);
      cells.push({ key: `${x},${y}`, west: x, north: y, east: x + CELL_PX, south: y + CELL_PX, off });
    }
  }
  return cells.sort((a, b) => a.off - b.off);
}

/** Whether the box `inner` lies in the box `outer`. */
export const contains = (outer, inner) => outer.west <= inner.west && outer.north <= inner.north && outer.east >= inner.east && outer.south >= inner.south;

/** Whether two boxes have more than an edge in common, the first grown by `margin`. */
export const boxesMeet = (a, b, margin = 0) => a.west - margin < b.east && a.east + margin > b.west && a.north - margin < b.south && a.south + margin > b.north;
