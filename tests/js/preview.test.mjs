// The preview map: both places of one record, their order and their lines.

import assert from "node:assert/strict";
import test from "node:test";

import { boxOf, inOrder, moves } from "../../geo/static/js/core/preview.js";

const point = (id, status, lng, lat) => ({ type: "Feature", geometry: { type: "Point", coordinates: [lng, lat] }, properties: { id, status } });

test("both places of a record are joined by a line, whichever is drawn first", () => {
  const features = [point("A", "elsewhere", 103.1, 21.1), point("A", "added", 103.2, 21.2), point("B", "before", 103, 21), point("B", "changed", 104, 22)];
  assert.deepEqual(moves(features), [[[103.1, 21.1], [103.2, 21.2]], [[103, 21], [104, 22]]]);
});

test("what has one place only has no line", () => {
  assert.deepEqual(moves([point("A", "added", 103, 21), point("B", "elsewhere", 103, 21), point("C", "before", 103, 21)]), []);
});

test("the places of the proposed reading are drawn over those of the other one", () => {
  const order = inOrder([point("A", "added", 103, 21), point("A", "elsewhere", 103, 21), point("A", "as_was", 103, 21)]);
  assert.deepEqual(order.map((one) => one.properties.status), ["as_was", "elsewhere", "added"]);
});

test("the box holds both places", () => {
  assert.deepEqual(boxOf([point("A", "added", 103, 21), point("A", "elsewhere", 104, 22)]), [103, 21, 104, 22]);
});
