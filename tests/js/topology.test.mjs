// Outlines in TopoJSON are unpacked to polygons, and their borders are those that the polygons have.

import assert from "node:assert/strict";
import test from "node:test";

import { mesh } from "../../geo/static/js/core/mesh.js";
import { unpack } from "../../geo/static/js/core/topology.js";

// Two squares side by side, and an island of the second one.
const topology = {
  type: "Topology",
  transform: { scale: [0.5, 0.5], translate: [100, 20] },
  objects: {
    communes: {
      type: "GeometryCollection",
      geometries: [
        { type: "MultiPolygon", id: "1", properties: { title: "One" }, arcs: [[[0, 1]]] },
        { type: "MultiPolygon", id: "2", properties: { title: "Two" }, arcs: [[[~0, 2]], [[3]]] },
      ],
    },
  },
  arcs: [
    [[2, 0], [0, 2]],
    [[2, 2], [-2, 0], [0, -2], [2, 0]],
    [[2, 0], [2, 0], [0, 2], [-2, 0]],
    [[8, 0], [1, 0], [0, 1], [-1, -1]],
  ],
};

test("units have their rings, closed, in degrees", () => {
  const { features } = unpack(topology);
  assert.deepEqual(features.map(({ id, properties: { title } }) => [id, title]), [["1", "One"], ["2", "Two"]]);
  assert.deepEqual(features[0].geometry, { type: "MultiPolygon", coordinates: [[[[101, 20], [101, 21], [100, 21], [100, 20], [101, 20]]]] });
  assert.deepEqual(features[1].geometry.coordinates[1], [[[104, 20], [104.5, 20], [104.5, 20.5], [104, 20]]]);
});

test("borders are those that a comparison of the polygons finds", () => {
  const { features, borders } = unpack(topology);
  const sorted = (lines) => lines.map((line) => [...new Set(line.map(String))].sort()).sort();
  const expected = mesh(features);
  assert.deepEqual(sorted(borders.inner), sorted(expected.inner));
  assert.deepEqual(sorted(borders.outer), sorted(expected.outer));
  assert.equal(borders.outer.length, 2);
  for (const ring of borders.outer) assert.deepEqual(ring[0], ring.at(-1));
});
