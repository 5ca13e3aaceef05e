// Names along lines: where they have room, which way they read, and the boxes that they take.

import assert from "node:assert/strict";
import test from "node:test";

import { beside, boxesAlong, clip, even, pathData, placesAlong } from "../../geo/static/js/core/along.js";

const box = { min: { x: 0, y: 0 }, max: { x: 100, y: 100 } };

test("a line is cut at the box, and each piece stays a line", () => {
  assert.deepEqual(clip([-50, 50, 150, 50], box), [[0, 50, 100, 50]]);
  assert.deepEqual(clip([50, 50, 50, 150, 80, 150, 80, 50], box), [[50, 50, 50, 100], [80, 100, 80, 50]]);
  assert.deepEqual(clip([10, 10, 20, 20, 30, 10], box), [[10, 10, 20, 20, 30, 10]]);
  assert.deepEqual(clip([-10, -10, -20, 300], box), []);
});

test("even points keep to the line and are six pixels apart", () => {
  const points = even([0, 0, 60, 0], 0);
  assert.equal(points.length, 10);
  assert.ok(points.every(({ x, y }, i) => x === 6 * i && y === 0));
});

test("a straight line has room for a name and a short one has none", () => {
  assert.ok(placesAlong(even([0, 0, 200, 0]), 80).length > 0);
  assert.equal(placesAlong(even([0, 0, 60, 0]), 80).length, 0);
});

test("a name reads from left to right whichever way the line runs", () => {
  for (const line of [[0, 0, 200, 40], [200, 40, 0, 0]]) {
    const [{ path }] = placesAlong(even(line), 80);
    assert.ok(path[0].x < path.at(-1).x);
  }
});

test("a sharp bend, a spiral and an upright line carry no name", () => {
  assert.equal(placesAlong(even([0, 0, 60, 0, 60, 60], 0), 90).length, 0);
  assert.equal(placesAlong(even([50, 0, 50, 300]), 80).length, 0);
  const circle = Array.from({ length: 60 }, (_, i) => [40 * Math.cos(i / 9), 40 * Math.sin(i / 9)]).flat();
  assert.equal(placesAlong(even(circle), 150).length, 0);
});

test("the straightest place comes first", () => {
  const wavy = Array.from({ length: 40 }, (_, i) => [10 * i, i < 20 ? 14 * Math.sin(i / 1.5) : 0]).flat();
  const [first] = placesAlong(even(wavy), 80);
  assert.ok(first.path[0].x > 190);
});

test("a place lies in the view", () => {
  const places = placesAlong(even([0, 0, 400, 0]), 80, ({ x }) => x > 200);
  assert.ok(places.length && places.every(({ path }) => path.every(({ x }) => x > 200)));
});

test("a line that is moved to the right of its direction lies below it when it runs to the right", () => {
  assert.ok(beside(even([0, 0, 60, 0], 0), 10).every(({ y }) => y === 10));
  assert.ok(beside(even([60, 0, 0, 0], 0), 10).every(({ y }) => y === -10));
});

test("boxes cover a name without gaps", () => {
  const path = even([0, 0, 120, 0], 0);
  const boxes = boxesAlong(path, 12);
  assert.ok(boxes.every((one, i) => !i || one.x - boxes[i - 1].x <= one.width));
  assert.equal(boxes.at(-1).x, path.at(-1).x);
});

test("path data moves to the first point and draws to the others", () => {
  assert.equal(pathData([{ x: 0, y: 1 }, { x: 2.26, y: 3 }]), "M0.0 1.0L2.3 3.0");
});
