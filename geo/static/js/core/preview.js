// Geometry of the preview map of differences: drawing order, bounding box, lines of moved points.

const STATUSES = ["as_was", "before", "removed", "changed", "added"];

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

/** For each point that moved, the line from its old to its new position. */
export function moves(features) {
  const was = new Map(features.filter((one) => one.properties.status === "before" && one.geometry?.type === "Point").map((one) => [one.properties.id, one]));
  return features
    .filter((one) => one.properties.status === "changed" && was.has(one.properties.id) && one.geometry?.type === "Point")
    .map((one) => [was.get(one.properties.id).geometry.coordinates, one.geometry.coordinates]);
}
