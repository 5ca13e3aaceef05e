// Geometry of the preview map of differences: drawing order, bounding box, lines of moved points.

const STATUSES = ["as_was", "before", "elsewhere", "removed", "changed", "added"];

/** The features that have a geometry, in drawing order: the most important status last, on top. */
export const inOrder = (features) => features.filter((feature) => feature.geometry).sort((a, b) => STATUSES.indexOf(a.properties.status) - STATUSES.indexOf(b.properties.status));

/** The positions [lng, lat] of a geometry of any type. */
export function pairs(geometry) {
  const positions = [];
  const walk = (part) => (typeof part[0] === "number" ? positions.push(part) : part.forEach(walk));
  walk(geometry.coordinates);
  return positions;
}

/** West, south, east, north of some features; null when none has a geometry. */
export function boxOf(features) {
  const all = features.flatMap((feature) => (feature.geometry ? pairs(feature.geometry) : []));
  if (!all.length) return null;
  const [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  return all.reduce(([w, s, e, n], [x, y]) => [Math.min(w, x), Math.min(s, y), Math.max(e, x), Math.max(n, y)], [west, south, east, north]);
}

/** Lines between two positions of one record: from its old to its new one, and between two readings of its coordinates. */
export function moves(features) {
  const points = features.filter((one) => one.geometry?.type === "Point");
  const at = new Map(points.filter((one) => ["added", "changed"].includes(one.properties.status)).map((one) => [one.properties.id, one]));
  return points
    .filter((one) => at.has(one.properties.id) && (one.properties.status === "elsewhere" || (one.properties.status === "before" && at.get(one.properties.id).properties.status === "changed")))
    .map((one) => [one.geometry.coordinates, at.get(one.properties.id).geometry.coordinates]);
}
