// Lengths and areas on the ellipsoid, against values computed with GeographicLib.

import assert from "node:assert/strict";
import test from "node:test";

import { areaOf, destination, distance, lengthOf, ringAround } from "../../geo/static/js/core/geodesic.js";

const near = (value, expected, tolerance) => assert.ok(Math.abs(value - expected) <= tolerance, `${value} is not ${expected} ± ${tolerance}`);

test("a degree of longitude on the equator is that of the ellipsoid", () => {
  near(distance([103, 0], [104, 0]), 111319.491, 0.01);
});

test("a degree of latitude at 21° N is that of the ellipsoid", () => {
  near(distance([103, 21], [103, 22]), 110723.609, 0.01);
});

test("no way has no length", () => {
  assert.equal(distance([103, 21], [103, 21]), 0);
  assert.equal(lengthOf([[103, 21]]), 0);
  assert.equal(lengthOf([]), 0);
});

test("a line is as long as its parts, there and back", () => {
  const [a, b, c] = [[103, 21.3], [103.1, 21.4], [103.05, 21.6]];
  near(lengthOf([a, b, c]), distance(a, b) + distance(b, c), 1e-6);
  near(distance(a, b), distance(b, a), 1e-6);
});

test("a square of a tenth of a degree has the area of the ellipsoid, whichever way round and closed or not", () => {
  const ring = [[103, 21.3], [103.1, 21.3], [103.1, 21.4], [103, 21.4]];
  const area = areaOf(ring);
  near(area, 114_847_200, 3_000);
  near(areaOf([...ring].reverse()), area, 1e-3);
  near(areaOf([...ring, ring[0]]), area, 1e-3);
});

test("a line that encloses nothing has no area", () => {
  near(areaOf([[103, 21], [103, 22], [103, 21]]), 0, 1e-3);
});

test("the point that is some way off is as far off as that, in every direction", () => {
  for (const metres of [0, 1, 7_500, 50_000, 200_000]) {
    for (let bearing = 0; bearing < 360; bearing += 15) near(distance([103, 21.4], destination([103, 21.4], bearing, metres)), metres, 0.001);
  }
  const [lng, lat] = destination([103, 21.4], 90, 10_000); // computed with GeographicLib: azimuth 90°, 10 km
  near(lng, 103.096440487, 1e-8);
  near(lat, 21.399972266, 1e-8);
});

test("a ring is closed and everywhere equally far", () => {
  const ring = ringAround([103, 21.4], 10_000);
  assert.deepEqual(ring[0], ring.at(-1));
  for (const corner of ring) near(distance([103, 21.4], corner), 10_000, 0.001);
});
