// Borders of units that touch are drawn once.

import assert from "node:assert/strict";
import test from "node:test";

import { mesh } from "../../geo/static/js/core/mesh.js";

const square = (x, y) => ({ geometry: { type: "Polygon", coordinates: [[[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]] } });
const length = (lines) => lines.reduce((sum, line) => sum + line.length - 1, 0);

test("the border of two neighbours is one line and the rest is the outline", () => {
  const { inner, outer } = mesh([square(0, 0), square(1, 0)]);
  assert.deepEqual(inner.map((line) => line.map(String).sort()), [["1,0", "1,1"]]);
  assert.equal(length(outer), 6);
});

test("a polygon alone is one closed outline", () => {
  const { inner, outer } = mesh([square(0, 0)]);
  assert.deepEqual(inner, []);
  assert.equal(outer.length, 1);
  assert.deepEqual(outer[0][0], outer[0].at(-1));
});

test("borders are cut where three units meet", () => {
  const { inner } = mesh([square(0, 0), square(1, 0), square(0, 1), square(1, 1)]);
  assert.equal(inner.length, 4);
  assert.equal(length(inner), 4);
});

test("edges in a row become one line", () => {
  const left = { geometry: { type: "Polygon", coordinates: [[[0, 0], [1, 0], [1, 1], [1, 2], [0, 2], [0, 0]]] } };
  const right = { geometry: { type: "MultiPolygon", coordinates: [[[[1, 0], [2, 0], [2, 2], [1, 2], [1, 1], [1, 0]]]] } };
  const { inner } = mesh([left, right]);
  assert.equal(inner.length, 1);
  assert.equal(inner[0].length, 3);
});

test("records without a geometry have no borders", () => {
  assert.deepEqual(mesh([{ geometry: null }]), { inner: [], outer: [] });
});
