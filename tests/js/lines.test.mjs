// Long names become blocks of short lines.

import assert from "node:assert/strict";
import test from "node:test";

import { wrap } from "../../geo/static/js/core/lines.js";

test("a short name is one line", () => {
  assert.deepEqual(wrap("Đồi A1"), ["Đồi A1"]);
});

test("a long name is broken between words", () => {
  assert.deepEqual(wrap("Suối khoáng nóng Hua Pe", 18), ["Suối khoáng nóng", "Hua Pe"]);
});

test("what does not fit is marked as left out", () => {
  assert.deepEqual(wrap("Sở chỉ huy Chiến dịch Điện Biên Phủ - Mường Phăng", 18, 2), ["Sở chỉ huy Chiến", "dịch Điện Biên Phủ…"]);
});

test("a word longer than a line stays whole", () => {
  assert.deepEqual(wrap("abcdefghijkl", 5), ["abcdefghijkl"]);
});

test("an empty name is one empty line", () => {
  assert.deepEqual(wrap(""), [""]);
});
