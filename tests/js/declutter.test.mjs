// Labels keep clear of one another and of the symbols, the important ones first.

import assert from "node:assert/strict";
import test from "node:test";

import { declutter } from "../../geo/static/js/core/declutter.js";

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
