// Places for a name along a line: where the line bends little enough for the name to be read.

const STEP_PX = 6;
const BEND = 0.5; // radians between two steps of a smoothed line
const WHOLE_BEND = 1.6; // radians over the whole name
const UPRIGHT = 1.25; // radians from the horizontal, for the mean direction of a name

/** The pieces of a line [x0, y0, x1, y1, …] inside a box {min, max}, each such a line again. */
export function clip(flat, { min, max }) {
  const pieces = [];
  let piece = null;
  for (let i = 2; i < flat.length; i += 2) {
    const [ax, ay, dx, dy] = [flat[i - 2], flat[i - 1], flat[i] - flat[i - 2], flat[i + 1] - flat[i - 1]];
    let [from, to] = [0, 1];
    for (const [step, near, far] of [[dx, min.x - ax, max.x - ax], [dy, min.y - ay, max.y - ay]]) {
      if (step) {
        from = Math.max(from, Math.min(near / step, far / step));
        to = Math.min(to, Math.max(near / step, far / step));
      } else if (near > 0 || far < 0) {
        to = -1;
      }
    }
    if (from > to) {
      piece = null;
      continue;
    }
    if (!piece || from > 0) pieces.push((piece = [ax + from * dx, ay + from * dy]));
    piece.push(ax + to * dx, ay + to * dy);
    if (to < 1) piece = null;
  }
  return pieces;
}

/** A line [x0, y0, x1, y1, …] as points {x, y} that are STEP_PX apart, smoothed so that small bends are passed over. */
export function even(flat, smooth = 4) {
  const points = [];
  let rest = 0;
  for (let i = 2; i < flat.length; i += 2) {
    const [ax, ay, bx, by] = [flat[i - 2], flat[i - 1], flat[i], flat[i + 1]];
    const length = Math.hypot(bx - ax, by - ay);
    let at = rest;
    for (; at < length; at += STEP_PX) points.push({ x: ax + ((bx - ax) * at) / length, y: ay + ((by - ay) * at) / length });
    rest = at - length;
  }
  return points.map((_, i) => {
    const reach = Math.min(smooth, i, points.length - 1 - i);
    return mean(points.slice(i - reach, i + reach + 1));
  });
}

function mean(points) {
  const sum = points.reduce((a, b) => ({ x: a.x + b.x, y: a.y + b.y }));
  return { x: sum.x / points.length, y: sum.y / points.length };
}

/**
 * The places for a name of `width` pixels along even points, the straightest first: {path (points from left to right),
 * bend}. `inside(point)` says whether a point is in view. Places overlap by half.
 */
export function placesAlong(points, width, inside = () => true) {
  const count = Math.ceil((width + 2 * STEP_PX) / STEP_PX);
  const places = [];
  for (let first = 0; first + count < points.length; first += Math.max(1, Math.floor(count / 3))) {
    const path = points.slice(first, first + count + 1);
    const bend = bendOf(path);
    if (bend === null || !path.every(inside)) continue;
    places.push({ path: path[0].x <= path.at(-1).x ? path : path.toReversed(), bend });
  }
  return places.sort((a, b) => a.bend - b.bend);
}

/** How much a path bends in radians; null where a name would not be readable along it. */
function bendOf(path) {
  let [sum, before] = [0, null];
  for (let i = 2; i < path.length; i += 2) {
    const turn = Math.atan2(path[i].y - path[i - 2].y, path[i].x - path[i - 2].x);
    if (before !== null) {
      const change = Math.abs(Math.atan2(Math.sin(turn - before), Math.cos(turn - before)));
      if (change > BEND) return null;
      sum += change;
    }
    before = turn;
  }
  const [begin, end] = [path[0], path.at(-1)];
  const slope = Math.atan2(Math.abs(end.y - begin.y), Math.abs(end.x - begin.x));
  return sum > WHOLE_BEND || slope > UPRIGHT ? null : sum + slope / 4;
}

/** A line moved sideways: by `far` pixels to the right of its direction, for y that grows downwards. */
export function beside(points, far) {
  return points.map((point, i) => {
    const [a, b] = [points[Math.max(0, i - 1)], points[Math.min(points.length - 1, i + 1)]];
    const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    return { x: point.x - ((b.y - a.y) / length) * far, y: point.y + ((b.x - a.x) / length) * far };
  });
}

/** The boxes that a name of `size` pixels takes along a path: squares with their centres on it. */
export function boxesAlong(path, size) {
  const every = Math.max(1, Math.floor(size / STEP_PX));
  const side = size * 1.3;
  return path.filter((_, i) => i % every === 0 || i === path.length - 1).map(({ x, y }) => ({ x, y, width: side, height: side }));
}

/** SVG path data through points. */
export const pathData = (points) => points.map(({ x, y }, i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
