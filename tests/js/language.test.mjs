// Which texts are Vietnamese, and which parts of them.

import assert from "node:assert/strict";
import test from "node:test";

import { isVietnamese, piecesOf } from "../../geo/static/js/core/language.js";

test("letters with Vietnamese diacritics tell, in composed and decomposed form", () => {
  for (const text of ["Mường Ảng", "Đồi A1", "Na Ư", "đ", "Tà Lèng", "Mường".normalize("NFD")]) assert.equal(isVietnamese(text), true, text);
  for (const text of ["A1 Hill (Eliane 2)", "Food", "4 ★", "12 km²", "naïve", ""]) assert.equal(isVietnamese(text), false, text);
});

test("a label and a name are told apart, and the pieces are the text", () => {
  const pieces = piecesOf("3 ★ · Food · Phường Mường Thanh");
  assert.deepEqual(pieces, [{ text: "3 ★ · Food · ", vietnamese: false }, { text: "Phường Mường Thanh", vietnamese: true }]);
  const several = "Honey (Hợp tác xã): Điện Biên, certified";
  assert.equal(piecesOf(several).map(({ text }) => text).join(""), several);
  assert.deepEqual(piecesOf("Điện Biên"), [{ text: "Điện Biên", vietnamese: true }]);
});
