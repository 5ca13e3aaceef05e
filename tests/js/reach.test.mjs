// What lies within a distance, against counting one by one.

import assert from "node:assert/strict";
import test from "node:test";

import { FAR, MAYBE, NEAR, bounds, firstPairs, pairBounds, span, states } from "../../geo/static/js/core/reach.js";

const pairs = { metres: [100, 4_000, 9_000, 12_000, 30_000], unsure: [0, 100, 2_000, 2_000, 50_000] };

test("a pair is near when its greatest distance is, and may be near when its least is", () => {
  const limits = pairBounds(pairs);
  assert.deepEqual([...states(limits, 10_000)], [NEAR, NEAR, MAYBE, MAYBE, MAYBE]);
  assert.deepEqual([...states(limits, 4_000)], [NEAR, MAYBE, FAR, FAR, MAYBE]);
  assert.deepEqual(span(bounds(limits), 10_000), { sure: 2, possible: 5 });
});

test("counts for any distance are those of looking at each pair", () => {
  const limits = pairBounds(pairs);
  for (let metres = 0; metres <= 90_000; metres += 500) {
    const each = [...states(limits, metres)];
    assert.deepEqual(span(bounds(limits), metres), { sure: each.filter((state) => state === NEAR).length, possible: each.filter((state) => state !== FAR).length });
  }
});

test("a bound that is exactly the distance is within it", () => {
  assert.deepEqual(span(bounds({ most: [1_000], least: [1_000] }), 1_000), { sure: 1, possible: 1 });
});

test("a place without any other is never near", () => {
  const alone = { most: [null, 5], least: [null, 1] };
  assert.deepEqual([...states(alone, 1e9)], [FAR, NEAR]);
  assert.deepEqual(span(bounds(alone), 1e9), { sure: 1, possible: 1 });
});

test("the first pairs are the nearest that may be within the distance", () => {
  const limits = pairBounds(pairs);
  assert.deepEqual(firstPairs(limits, 10_000, 3), [0, 1, 2]);
  assert.deepEqual(firstPairs(limits, 10_000, 9, (i) => i !== 1), [0, 2, 3, 4]);
  assert.deepEqual(firstPairs(limits, 4_000, 9), [0, 1, 4]);
});
