// Point-in-polygon test.

/** True when [lng, lat] lies in a Polygon or MultiPolygon; holes are outside. */
export function inside([x, y], { type, coordinates }) {
  const rings = type === "Polygon" ? coordinates : coordinates.flat();
  let odd = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [[ax, ay], [bx, by]] = [ring[i], ring[j]];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
    }
  }
  return odd;
}
