// Whether a place lies in a polygon.

import assert from "node:assert/strict";
import test from "node:test";

import { inside } from "../../geo/static/js/core/inside.js";

const ring = (x, y, side) => [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]];

test("a place in the middle is inside and one beyond the edge is not", () => {
  const square = { type: "Polygon", coordinates: [ring(0, 0, 4)] };
  assert.equal(inside([2, 2], square), true);
  assert.equal(inside([5, 2], square), false);
  assert.equal(inside([2, -1], square), false);
});

test("a hole is outside", () => {
  const holed = { type: "Polygon", coordinates: [ring(0, 0, 4), ring(1, 1, 2)] };
  assert.equal(inside([2, 2], holed), false);
  assert.equal(inside([0.5, 2], holed), true);
});

test("any part of a multipolygon counts", () => {
  const parts = { type: "MultiPolygon", coordinates: [[ring(0, 0, 1)], [ring(5, 5, 1)]] };
  assert.equal(inside([5.5, 5.5], parts), true);
  assert.equal(inside([3, 3], parts), false);
});

test("a ring of many edges answers as if each of its edges were looked at", () => {
  const ring = Array.from({ length: 500 }, (_, i) => {
    const [turn, far] = [(i / 500) * 2 * Math.PI, 3 + Math.sin(i * 1.7) + (i % 7) / 5];
    return [far * Math.cos(turn), far * Math.sin(turn)];
  });
  const crossings = ([x, y]) => ring.filter(([ax, ay], i) => {
    const [bx, by] = ring[(i + 1) % ring.length];
    return ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax;
  }).length;
  const polygon = { type: "Polygon", coordinates: [ring] };
  const places = Array.from({ length: 900 }, (_, i) => [((i % 30) - 15) / 3, (Math.floor(i / 30) - 15) / 3]);
  const answers = places.map((place) => inside(place, polygon));
  assert.deepEqual(answers, places.map((place) => crossings(place) % 2 === 1));
  assert.ok(answers.includes(true) && answers.includes(false));
});
