// Numbers, lengths and areas as Vietnamese and English readers write them.

import assert from "node:assert/strict";
import test from "node:test";

import { escapeMarkup, fill, formatApart, formatArea, formatAway, formatDistance, formatNumber } from "../../geo/static/js/core/format.js";

test("Vietnamese writes a decimal comma and points between thousands", () => {
  assert.equal(formatNumber(1234.5, "vi", 1), "1.234,5");
  assert.equal(formatNumber(1234.5, "en", 1), "1,234.5");
});

test("a language that the site does not have is written as English", () => {
  assert.equal(formatNumber(1234.5, "fr", 1), "1,234.5");
});

test("short ways are metres, long ones kilometres", () => {
  assert.equal(formatDistance(0, "vi"), "0 m");
  assert.equal(formatDistance(349.6, "vi"), "350 m");
  assert.equal(formatDistance(3240, "vi"), "3,2 km");
  assert.equal(formatDistance(3240, "en"), "3.2 km");
  assert.equal(formatDistance(123456, "en"), "123 km");
});

test("what rounds up to a kilometre is written as one", () => {
  assert.equal(formatDistance(999.4, "en"), "999 m");
  assert.equal(formatDistance(999.6, "en"), "1 km");
});

test("a distance to an approximate place is rough and says how far it may be off", () => {
  assert.equal(formatAway(4960, 8000, "khoảng {d} (± {u})", "vi"), "khoảng 5 km (± 8\u00a0km)");
  assert.equal(formatAway(649, 900, "about {d} (± {u})", "en"), "about 600 m (± 900\u00a0m)");
  assert.equal(formatAway(3240, 0, "about {d} (± {u})", "en"), "3.2 km");
});

test("areas are square metres, hectares or square kilometres", () => {
  assert.equal(formatArea(350, "vi"), "350 m²");
  assert.equal(formatArea(32000, "vi"), "3,2 ha");
  assert.equal(formatArea(12e6, "en"), "12 km²");
});

test("words are filled in by name and unknown names stay", () => {
  assert.equal(fill("{n} / {m} {x}", { n: 1, m: 2 }), "1 / 2 {x}");
  assert.equal(fill("“{q}”", { q: "{n}" }), "“{n}”");
});

test("markup in a text is shown as it is written", () => {
  assert.equal(escapeMarkup(`<b title="x">A & 'B'</b>`), "&#60;b title=&#34;x&#34;&#62;A &#38; &#39;B&#39;&#60;/b&#62;");
});

test("a distance is written no more exactly than its uncertainty allows", () => {
  const words = { about: "about {km} km", less: "less than {km} km" };
  assert.equal(formatApart(120, 16000, words, "en"), "less than 1 km");
  assert.equal(formatApart(5400, 8050, words, "en"), "about 5 km");
  assert.equal(formatApart(3215, 100, words, "en"), "3.2 km");
  assert.equal(formatApart(350, 100, words, "en"), "350 m");
});
