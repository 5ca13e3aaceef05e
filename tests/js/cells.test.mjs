// The cells that the base map is drawn in: they cover the view, stay in place while it moves, and are whole device pixels wide.

import assert from "node:assert/strict";
import test from "node:test";

import { CELL_PX, cellsOf, contains, boxesMeet, wholeCells } from "../../geo/static/js/core/cells.js";

const view = { west: 1000.5, north: -130, east: 2440.5, south: 770 };

test("the cells of a view cover it and its margin without overlapping", () => {
  const box = wholeCells(view, 100);
  assert.ok(contains(box, { west: view.west - 100, north: view.north - 100, east: view.east + 100, south: view.south + 100 }));
  const cells = cellsOf(box);
  assert.equal(cells.length * CELL_PX ** 2, (box.east - box.west) * (box.south - box.north));
  for (const one of cells) assert.equal(cells.filter((other) => boxesMeet(one, other)).length, 1);
});

test("the cell in the middle comes first, the corners last", () => {
  const cells = cellsOf(wholeCells(view, 0));
  assert.ok(boxesMeet(cells[0], { west: 1720, north: 320, east: 1721, south: 321 }));
  assert.ok(cells.every((cell, i) => i === 0 || cells[i - 1].off <= cell.off));
});

test("a map that moves keeps the cells that stay in view", () => {
  const [before, after] = [0, 130].map((east) => new Set(cellsOf(wholeCells({ ...view, west: view.west + east, east: view.east + east }, 100)).map(({ key }) => key)));
  assert.ok([...after].filter((key) => before.has(key)).length >= after.size - 6);
});

test("cells are whole device pixels wide at the usual ratios", () => {
  for (const ratio of [1, 1.1, 1.25, 4 / 3, 1.5, 1.75, 2, 3]) assert.ok(Math.abs(CELL_PX * ratio - Math.round(CELL_PX * ratio)) < 1e-9, ratio);
});

test("boxes that share an edge only do not meet, unless one is grown", () => {
  const [one, other] = [{ west: 0, north: 0, east: 10, south: 10 }, { west: 10, north: 0, east: 20, south: 10 }];
  assert.deepEqual([boxesMeet(one, other), boxesMeet(one, other, 1)], [false, true]);
});
