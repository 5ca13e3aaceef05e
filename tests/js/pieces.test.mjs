// Lines cut along a grid: every segment is in one piece, and a group's box holds its pieces.

import assert from "node:assert/strict";
import test from "node:test";

import { cut, trace } from "../../geo/static/js/core/pieces.js";

/** A crooked line of `count` vertices, the same for each run. */
function crooked(count) {
  const part = [];
  let [x, y, seed] = [-60, 500, 7];
  for (let i = 0; i < count; i++) {
    part.push(x, y);
    seed = (seed * 48_271) % 2_147_483_647;
    x += (seed % 240) - 90;
    y += ((seed >> 8) % 300) - 150;
  }
  return part;
}

const segments = ({ part, first, last }) => Array.from({ length: (last - first) / 2 }, (_, i) => part.slice(first + 2 * i, first + 2 * i + 4).join());

test("each segment of a line is in one piece", () => {
  const parts = [crooked(400), crooked(3), [0, 0, 9000, 9000]];
  const pieces = cut([{ parts, from: 8 }]).flatMap((group) => group.pieces);
  const expected = parts.flatMap((part) => segments({ part, first: 0, last: part.length - 2 }));
  assert.deepEqual(pieces.flatMap(segments).sort(), expected.sort());
});

test("the box of a group holds the vertices of its pieces, and pieces keep the zoom of their feature", () => {
  for (const { west, north, east, south, pieces } of cut([{ parts: [crooked(400)], from: 12.5 }])) {
    for (const { part, first, last, from } of pieces) {
      assert.equal(from, 12.5);
      for (let i = first; i <= last; i += 2) assert.ok(part[i] >= west && part[i] <= east && part[i + 1] >= north && part[i + 1] <= south);
    }
  }
});

test("a line is traced without the vertices that lie nearer than the least distance, but to its ends", () => {
  const drawn = [];
  const part = [0, 0, 3, 0, 6, 2, 20, 0, 22, 1, 40, 0, 41, 0];
  trace({ part, first: 0, last: part.length - 2 }, 5, (x, y) => drawn.push(["move", x, y]), (x, y) => drawn.push(["line", x, y]));
  assert.deepEqual(drawn, [["move", 0, 0], ["line", 6, 2], ["line", 20, 0], ["line", 40, 0], ["line", 41, 0]]);
});
