// Symbols that would cover one another are spread.

import assert from "node:assert/strict";
import test from "node:test";

import { fan } from "../../geo/static/js/core/fan.js";

const moved = (points, offsets) => points.map(({ x, y }, i) => ({ x: x + offsets[i].x, y: y + offsets[i].y }));
const apart = (points) => {
  for (let i = 0; i < points.length; i++) {
    for (let j = i + 1; j < points.length; j++) {
      assert.ok(Math.hypot(points[i].x - points[j].x, points[i].y - points[j].y) >= 22, `${i} and ${j}`);
    }
  }
};

test("a symbol with room of its own stays where it is", () => {
  assert.deepEqual(fan([{ x: 0, y: 0 }, { x: 100, y: 0 }]), [{ x: 0, y: 0 }, { x: 0, y: 0 }]);
});

test("symbols on one point come apart", () => {
  for (const count of [2, 3, 7, 8, 20, 60]) {
    const points = Array.from({ length: count }, () => ({ x: 10, y: 20 }));
    apart(moved(points, fan(points)));
  }
});

test("symbols that nearly touch come apart too", () => {
  const points = [{ x: 0, y: 0 }, { x: 6, y: 3 }];
  apart(moved(points, fan(points)));
});

test("the centre stays free for the record that was chosen", () => {
  const [place] = moved([{ x: 3, y: 0 }], fan([{ x: 3, y: 0 }], { x: 0, y: 0 }));
  assert.ok(Math.hypot(place.x, place.y) >= 40);
});

test("nothing has no offsets", () => {
  assert.deepEqual(fan([]), []);
});
