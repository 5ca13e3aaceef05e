// Which geometries a box holds, and how far a place is from them.

import assert from "node:assert/strict";
import test from "node:test";

import { distance } from "../../geo/static/js/core/geodesic.js";
import { distanceTo, meets } from "../../geo/static/js/core/position.js";

const BOX = { west: 103, south: 21, east: 104, north: 22 };
const square = (x, y, side) => ({ type: "Polygon", coordinates: [[[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]] });

test("a point is in sight when it lies in the box, its edge included", () => {
  const point = (coordinates) => meets({ type: "Point", coordinates }, BOX);
  assert.deepEqual([[103.5, 21.5], [103, 21], [102.9, 21.5], [103.5, 22.1]].map(point), [true, true, false, false]);
});

test("a line is in sight when a part of it is, even without a vertex in the box", () => {
  const line = (...coordinates) => meets({ type: "LineString", coordinates }, BOX);
  assert.equal(line([102, 21.5], [105, 21.6]), true);
  assert.equal(line([102, 21.9], [103.2, 23]), false); // past the corner
  assert.equal(line([102, 20], [102, 23]), false);
  assert.equal(meets({ type: "MultiLineString", coordinates: [[[0, 0], [1, 1]], [[103.1, 21.1], [103.1, 21.2]]] }, BOX), true);
});

test("an area is in sight when its edge crosses the box, lies in it or goes around it", () => {
  assert.equal(meets(square(102.5, 20.5, 1), BOX), true);
  assert.equal(meets(square(103.4, 21.4, 0.1), BOX), true);
  assert.equal(meets(square(100, 19, 9), BOX), true);
  assert.equal(meets(square(104.5, 21, 1), BOX), false);
  const bent = { type: "MultiPolygon", coordinates: [[[[102, 20], [106, 20], [106, 20.5], [102.5, 20.5], [102.5, 24], [102, 24], [102, 20]]]] };
  assert.equal(meets(bent, BOX), false); // its envelope holds the box, the area does not
});

test("the distance to a point is the geodesic, to an area that to its nearest edge, and 0 inside", () => {
  const from = [103.017, 21.386];
  assert.equal(distanceTo(from, { type: "Point", coordinates: [103.1, 21.4] }), distance(from, [103.1, 21.4]));
  assert.equal(distanceTo([103.5, 21.5], square(103, 21, 1)), 0);
  const west = distanceTo([102.9, 21.5], square(103, 21, 1));
  assert.ok(Math.abs(west - distance([102.9, 21.5], [103, 21.5])) < 1, west);
});

test("the nearest position of a slanting line is no worse than any of a thousand on it", () => {
  const [from, a, b] = [[103.4, 21.1], [103, 21], [103.6, 21.5]];
  const found = distanceTo(from, { type: "LineString", coordinates: [a, b] });
  const tried = Math.min(...Array.from({ length: 1001 }, (_, i) => distance(from, [a[0] + (i / 1000) * (b[0] - a[0]), a[1] + (i / 1000) * (b[1] - a[1])])));
  assert.ok(found <= tried * 1.0005, `${found} ${tried}`);
});
