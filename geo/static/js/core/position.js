// Where a geometry (GeoJSON, [longitude, latitude]) lies: whether it meets a box, and how far it is from a point.

import { distance } from "./geodesic.js";
import { inside } from "./inside.js";

/** The lines of a geometry: a point is a line of one position, a polygon the lines of its rings. */
function linesOf({ type, coordinates }) {
  if (type === "Point") return [[coordinates]];
  if (type === "LineString") return [coordinates];
  return type === "MultiPolygon" ? coordinates.flat() : coordinates;
}

const segmentsOf = (line) => (line.length < 2 ? [[line[0], line[0]]] : line.slice(1).map((end, i) => [line[i], end]));

/** True when a geometry and the box {west, south, east, north} have a position in common. */
export function meets(geometry, box) {
  if (linesOf(geometry).some((line) => segmentsOf(line).some(([a, b]) => crosses(a, b, box)))) return true;
  return geometry.type.endsWith("Polygon") && inside([box.west, box.south], geometry);
}

/** Whether a segment meets a box (Liang and Barsky 1984): the part of it between all four sides is not empty. */
function crosses([ax, ay], [bx, by], { west, south, east, north }) {
  let [first, last] = [0, 1];
  for (const [step, room] of [[ax - bx, ax - west], [bx - ax, east - ax], [ay - by, ay - south], [by - ay, north - ay]]) {
    if (step === 0 && room < 0) return false;
    if (step < 0) first = Math.max(first, room / step);
    if (step > 0) last = Math.min(last, room / step);
  }
  return first <= last;
}

/**
 * Metres along the ellipsoid from a point to the nearest position of a geometry; 0 inside a polygon. Which position of a
 * segment is the nearest is decided in a plane through the point in which a degree of longitude is as long as at its
 * latitude; only the distance to it is measured.
 */
export function distanceTo(point, geometry) {
  if (geometry.type.endsWith("Polygon") && inside(point, geometry)) return 0;
  const shrink = Math.cos((point[1] * Math.PI) / 180);
  let [nearest, least] = [null, Infinity];
  for (const line of linesOf(geometry)) {
    for (const [a, b] of segmentsOf(line)) {
      const spot = nearestOn(point, a, b, shrink);
      const far = Math.hypot((spot[0] - point[0]) * shrink, spot[1] - point[1]);
      if (far < least) [nearest, least] = [spot, far];
    }
  }
  return distance(point, nearest);
}

function nearestOn([x, y], [ax, ay], [bx, by], shrink) {
  const [dx, dy] = [(bx - ax) * shrink, by - ay];
  const length2 = dx * dx + dy * dy;
  const share = length2 ? Math.max(0, Math.min(1, ((x - ax) * shrink * dx + (y - ay) * dy) / length2)) : 0;
  return [ax + share * (bx - ax), ay + share * (by - ay)];
}
