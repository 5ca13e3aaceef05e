// The files of the base map: the band of a zoom, the files of a view, geometries in units of the band.

import assert from "node:assert/strict";
import test from "node:test";

import { bandAt, filesIn, nameOf, partsOf, pixelsPerUnit, sizeAt } from "../../geo/static/js/core/ground.js";

const bands = [{ zoom: 8, files: [["r", 0, 0, 4096, 4096]] }, { zoom: 10, files: [["r0", 0, 0, 4096, 4096], ["r1", 4096, 0, 8192, 4096]] }];

test("a zoom is drawn from the last band that begins at or below it", () => {
  assert.deepEqual([7, 8, 9.75, 10, 18].map((zoom) => bandAt(bands, zoom).zoom), [8, 8, 8, 10, 10]);
  assert.equal(bandAt([], 9), null);
});

test("a tile of 4096 units is 256 pixels wide at its own zoom and twice as wide at the next", () => {
  assert.equal(4096 * pixelsPerUnit(10, 10), 256);
  assert.equal(4096 * pixelsPerUnit(10, 11), 512);
});

test("a view needs the files that it meets", () => {
  assert.deepEqual(filesIn(bands[1], 10, { west: 10, east: 200, north: 10, south: 20 }), ["r0"]);
  assert.deepEqual(filesIn(bands[1], 10, { west: 200, east: 300, north: 10, south: 20 }), ["r0", "r1"]);
  assert.deepEqual(filesIn(bands[1], 10, { west: 600, east: 700, north: 10, south: 20 }), []);
});

test("steps become positions, each part from the corner of its file", () => {
  assert.deepEqual(partsOf({ g: [[1, 2, 3, 4], [5, 5, -1, 0]] }), [[1, 2, 4, 6], [5, 5, 4, 5]]);
});

test("sizes grow between their steps and stay outside them", () => {
  const steps = [[8, 1], [10, 3], [12, 4]];
  assert.deepEqual([4, 8, 9, 10, 11, 15].map((zoom) => sizeAt(steps, zoom)), [1, 1, 2, 3, 3.5, 4]);
});

test("a shield shows the number, every other label the name in the language of the page", () => {
  const river = { n: "Sông Đà", e: "Da River", r: "QL6" };
  assert.deepEqual([nameOf(river, "along", false), nameOf(river, "along", true), nameOf(river, "shield", false)], ["Sông Đà", "Da River", "QL6"]);
  assert.equal(nameOf({ n: "Nậm Na" }, "along", true), "Nậm Na");
  assert.equal(nameOf({}, "shield", true), "");
});
