// Lines cut along a grid, so that a part of the map is drawn without the lines elsewhere, with the vertices that a zoom shows.

const SIDE = 1024; // units of a square of the grid: 64 pixels at the zoom of the band

/**
 * The pieces of `features` ({parts: arrays x0, y0, x1, y1, … in units, from: the zoom that it begins at}) as groups, one for each
 * square of the grid: {west, north, east, south: the box of what it holds, pieces}. A piece {part, first, last, from} is the run
 * of vertices from `first` to `last`; each segment of a line is in one piece.
 */
export function cut(features) {
  const groups = new Map();
  for (const { parts, from } of features) {
    for (const part of parts) {
      let first = 0;
      for (let i = 2; i < part.length; i += 2) {
        const isLast = i + 2 >= part.length;
        if (!isLast && squareOf(part, i) === squareOf(part, first)) continue;
        add(groups, squareOf(part, first), { part, first, last: i, from });
        first = i;
      }
    }
  }
  return [...groups.values()];
}

const squareOf = (part, i) => Math.floor(part[i] / SIDE) * 65_536 + Math.floor(part[i + 1] / SIDE);

function add(groups, square, piece) {
  let group = groups.get(square);
  if (!group) groups.set(square, (group = { west: Infinity, north: Infinity, east: -Infinity, south: -Infinity, pieces: [] }));
  group.pieces.push(piece);
  for (let i = piece.first; i <= piece.last; i += 2) {
    const [x, y] = [piece.part[i], piece.part[i + 1]];
    if (x < group.west) group.west = x;
    if (x > group.east) group.east = x;
    if (y < group.north) group.north = y;
    if (y > group.south) group.south = y;
  }
}

/** Call `move(x, y)` and `line(x, y)` along a piece, without the vertices nearer than `least` units to the one before. */
export function trace({ part, first, last }, least, move, line) {
  let [x, y] = [part[first], part[first + 1]];
  move(x, y);
  for (let i = first + 2; i <= last; i += 2) {
    if (i < last && Math.abs(part[i] - x) < least && Math.abs(part[i + 1] - y) < least) continue;
    x = part[i];
    y = part[i + 1];
    line(x, y);
  }
}
