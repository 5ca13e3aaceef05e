// Labels keep clear of one another and of the symbols, the important ones first.

import assert from "node:assert/strict";
import test from "node:test";

import { createPlacer } from "../../geo/static/js/core/declutter.js";

const declutter = (labels, ...rest) => labels.map(createPlacer(...rest));
const label = (...spots) => ({ width: 40, height: 10, spots: spots.map(([x, y]) => ({ x, y })) });

test("labels that are apart all stay", () => {
  assert.deepEqual(declutter([label([0, 0]), label([100, 0])]), [{ x: 0, y: 0 }, { x: 100, y: 0 }]);
});

test("of two on one spot the first stays and the second goes", () => {
  assert.deepEqual(declutter([label([0, 0]), label([5, 2])]), [{ x: 0, y: 0 }, null]);
});

test("a label that has another spot moves there", () => {
  assert.deepEqual(declutter([label([0, 0]), label([0, 0], [0, 20])]), [{ x: 0, y: 0 }, { x: 0, y: 20 }]);
});

test("symbols keep their place and labels go around them", () => {
  const symbol = { x: 0, y: 0, width: 30, height: 30 };
  assert.deepEqual(declutter([label([0, 0], [0, 30])], [symbol]), [{ x: 0, y: 30 }]);
  assert.deepEqual(declutter([label([0, 0])], [symbol]), [null]);
});

test("the gap between two labels is kept", () => {
  assert.deepEqual(declutter([label([0, 0]), label([0, 12])], [], 3)[1], null);
  assert.deepEqual(declutter([label([0, 0]), label([0, 13])], [], 3)[1], { x: 0, y: 13 });
});

test("a label along a line takes the boxes along it and leaves the room between them", () => {
  const bent = { width: 90, height: 10, spots: [{ x: 0, y: 0, boxes: [{ x: -40, y: 0, width: 10, height: 10 }, { x: 40, y: 60, width: 10, height: 10 }] }] };
  assert.deepEqual(declutter([bent, label([0, 0])])[1], { x: 0, y: 0 });
  assert.deepEqual(declutter([bent, label([40, 60])])[1], null);
});

test("equal texts stand apart", () => {
  const named = (x) => ({ ...label([x, 0]), text: "QL6", apart: 100 });
  assert.deepEqual(declutter([named(0), named(90), named(120)]), [{ x: 0, y: 0 }, null, { x: 120, y: 0 }]);
});

test("the index finds the same overlaps as a comparison of all with all", () => {
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const labels = Array.from({ length: 300 }, () => label([random() * 900, random() * 600]));
  const placed = [];
  const expected = labels.map(({ width, height, spots: [spot] }) => {
    const free = placed.every((box) => Math.abs(box.x - spot.x) >= width + 3 || Math.abs(box.y - spot.y) >= height + 3);
    if (free) placed.push(spot);
    return free ? spot : null;
  });
  assert.deepEqual(declutter(labels), expected);
});

test("of its free spots a label takes one that it prefers, and none that is not allowed", () => {
  const spots = label([0, 0], [100, 0], [200, 0]);
  const [taken, preferred, allowed] = declutter([label([0, 0]), { ...spots, prefers: ({ x }) => x === 200 }, { ...label([0, 0], [100, 0]), allows: ({ x }) => x < 100 }]);
  assert.deepEqual([taken.x, preferred.x, allowed], [0, 200, null]);
  assert.equal(declutter([{ ...spots, prefers: () => false }])[0].x, 0);
});
