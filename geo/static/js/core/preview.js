// What the preview map draws of a collection of differences: marks by status, and where each record is.

const STATUSES = ["as_was", "before", "removed", "changed", "added"];

/** Features with a place, those that matter most last so that they lie on top. */
export const inOrder = (features) => features.filter((feature) => feature.geometry).sort((a, b) => STATUSES.indexOf(a.properties.status) - STATUSES.indexOf(b.properties.status));

/** Longitude and latitude pairs of a geometry, whatever its kind. */
export function pairs(geometry) {
  const found = [];
  const walk = (part) => (typeof part[0] === "number" ? found.push(part) : part.forEach(walk));
  walk(geometry.coordinates);
  return found;
}

/** West, south, east, north of some features; null when none has a place. */
export function boxOf(features) {
  const all = features.flatMap((feature) => (feature.geometry ? pairs(feature.geometry) : []));
  if (!all.length) return null;
  const [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  return all.reduce(([w, s, e, n], [x, y]) => [Math.min(w, x), Math.min(s, y), Math.max(e, x), Math.max(n, y)], [west, south, east, north]);
}

/** Lines from where a point was to where it is, one for each record that moved. */
export function moves(features) {
  const was = new Map(features.filter((one) => one.properties.status === "before" && one.geometry?.type === "Point").map((one) => [one.properties.id, one]));
  return features
    .filter((one) => one.properties.status === "changed" && was.has(one.properties.id) && one.geometry?.type === "Point")
    .map((one) => [was.get(one.properties.id).geometry.coordinates, one.geometry.coordinates]);
}
