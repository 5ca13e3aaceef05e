// Long work leaves room for other tasks, and stops when something else has taken its place.

import assert from "node:assert/strict";
import test from "node:test";

import { atOnce, inSlices } from "../../geo/static/js/core/slices.js";

const SLICE_MS = 8;

/** Steps that each take longer than a slice; they write into `log`. */
function* steps(log, count = 4) {
  for (let i = 0; i < count; i++) {
    for (const end = performance.now() + SLICE_MS + 1; performance.now() < end; );
    log.push("step");
    yield;
  }
  return "result";
}

test("other tasks run between the slices, and the result is that of the steps", async () => {
  const log = [];
  setTimeout(() => log.push("other"));
  assert.equal(await inSlices(steps(log)), "result");
  assert.deepEqual(log, ["step", "other", "step", "step", "step"]);
});

test("the first slice runs before anything is awaited", () => {
  const log = [];
  inSlices(steps(log));
  assert.deepEqual(log, ["step"]);
});

test("work that was superseded stops at its next rest", async () => {
  const log = [];
  let isStale = false;
  const end = inSlices(steps(log), () => isStale);
  isStale = true;
  assert.equal(await end, null);
  assert.deepEqual(log, ["step"]);
});

test("at once nothing runs in between", () => {
  const log = [];
  setTimeout(() => log.push("other"));
  assert.equal(atOnce(steps(log)), "result");
  assert.equal(log.length, 4);
});
