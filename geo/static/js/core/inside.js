// Point-in-polygon test, quick for polygons that are asked about many places.

const EDGES = 8; // of a ring in one band, on average
const bandsOfRings = new WeakMap(); // a ring -> its bands, as long as the ring is in use

/** True when [lng, lat] lies in a Polygon or MultiPolygon; holes are outside. */
export function inside([x, y], { type, coordinates }) {
  const rings = type === "Polygon" ? coordinates : coordinates.flat();
  let odd = false;
  for (const ring of rings) {
    for (const i of edgesAt(ring, y)) {
      const [[ax, ay], [bx, by]] = [ring[i], ring[i ? i - 1 : ring.length - 1]];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
    }
  }
  return odd;
}

/** The edges of a ring, each by the index of its end, that may pass a latitude: those of its band. */
function edgesAt(ring, y) {
  let bands = bandsOfRings.get(ring);
  if (!bands) bandsOfRings.set(ring, (bands = createBands(ring)));
  return bands.edges[Math.floor((y - bands.south) / bands.height)] ?? [];
}

function createBands(ring) {
  let [south, north] = [Infinity, -Infinity];
  for (const [, y] of ring) [south, north] = [Math.min(south, y), Math.max(north, y)];
  const count = Math.ceil(ring.length / EDGES);
  const height = (north - south) / count || 1;
  const edges = Array.from({ length: count + 1 }, () => []);
  for (let i = 0; i < ring.length; i++) {
    const [a, b] = [ring[i][1], ring[i ? i - 1 : ring.length - 1][1]];
    const [first, last] = [Math.min(a, b), Math.max(a, b)].map((y) => Math.floor((y - south) / height));
    for (let band = first; band <= last; band++) edges[band].push(i);
  }
  return { south, height, edges };
}
