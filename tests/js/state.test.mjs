// The address of the map page: what it holds comes back, and what makes no sense is left out.

import assert from "node:assert/strict";
import test from "node:test";

import { formatSelection, formatState, parseState } from "../../geo/static/js/core/state.js";

const PARAMS = ["group", "stars", "commune"];

test("an empty address is the whole map", () => {
  assert.deepEqual(parseState("", PARAMS), { lang: "", view: null, layers: null, base: "", terrain: true, q: "", at: null, others: "dim", filters: {} });
});

test("the base map is on unless the address switches it off", () => {
  assert.equal(parseState("?terrain=off", PARAMS).terrain, false);
  assert.equal(formatState(parseState("?terrain=off", PARAMS)), "terrain=off");
  assert.equal(parseState("?terrain=on", PARAMS).terrain, true);
});

test("a full address comes back as it was written", () => {
  const search = "lang=en&map=11.5/21.4/103.03&layers=products,sites&base=districts&q=m%E1%BA%ADt%20ong&group=food,beverage&stars=4&at=products/R01";
  assert.equal(formatState(parseState(`?${search}`, PARAMS)), search);
});

test("no layers at all is not the same as every layer", () => {
  assert.deepEqual(parseState("?layers=", PARAMS).layers, []);
  assert.equal(formatState(parseState("?layers=", PARAMS)), "layers=");
  assert.equal(parseState("", PARAMS).layers, null);
});

test("a filter may be repeated or joined by commas, and each value counts once", () => {
  assert.deepEqual(parseState("?stars=4&stars=3,4", PARAMS).filters, { stars: ["4", "3"] });
});

test("parameters that are no filter of this map are left out", () => {
  assert.deepEqual(parseState("?utm_source=x&colour=red&group=food", PARAMS).filters, { group: ["food"] });
});

test("what becomes of unlinked records is written unless it is the default, and belongs to the selection", () => {
  const state = parseState("?stars=4&others=hide", PARAMS);
  assert.deepEqual(state.filters, { stars: ["4"] });
  assert.equal(formatSelection(state), "stars=4&others=hide");
  assert.equal(formatState(parseState("?others=dim", PARAMS)), "");
  assert.equal(parseState("?others=grey", PARAMS).others, "dim");
});

test("a view that is no place on earth is left out", () => {
  for (const text of ["", "9", "9/21", "9/abc/103", "9/91/103", "9/21/181", "-1/21/103", "99/21/103"]) {
    assert.equal(parseState(`?map=${text}`, PARAMS).view, null, text);
  }
  assert.deepEqual(parseState("?map=9/21.5/103", PARAMS).view, { zoom: 9, lat: 21.5, lng: 103 });
});

test("a chosen record needs a layer and a key, and a key may hold a slash", () => {
  assert.equal(parseState("?at=products", PARAMS).at, null);
  assert.equal(parseState("?at=/R01", PARAMS).at, null);
  assert.deepEqual(parseState("?at=sites/a/b", PARAMS).at, { layer: "sites", id: "a/b" });
});

test("Vietnamese is the default and is not written", () => {
  assert.equal(formatState({ ...parseState("", PARAMS), lang: "vi" }), "");
  assert.equal(formatState({ ...parseState("", PARAMS), lang: "en" }), "lang=en");
});

test("positions are rounded to about a metre", () => {
  const state = { ...parseState("", PARAMS), view: { zoom: 10.123456, lat: 21.123456789, lng: 103.000000001 } };
  assert.equal(formatState(state), "map=10.12/21.12346/103");
});

test("the selection holds text, filters and language, and nothing of the view", () => {
  const state = parseState("?lang=en&map=9/21/103&layers=sites&base=plain&q=tea&stars=4&at=sites/H01", PARAMS);
  assert.equal(formatSelection(state), "lang=en&q=tea&stars=4");
});

test("signs with a meaning in addresses are written so that they come back", () => {
  const state = { ...parseState("", PARAMS), q: "a&b=c#d %" };
  assert.equal(parseState(`?${formatState(state)}`, PARAMS).q, "a&b=c#d %");
});

test("Vietnamese is named in the address where the browser prefers another language", () => {
  const state = { lang: "vi", view: null, layers: null, base: "", q: "", at: null, filters: {} };
  assert.equal(formatState(state), "");
  assert.equal(formatState({ ...state, keepsLang: true }), "lang=vi");
  assert.equal(formatState({ ...state, lang: "en" }), "lang=en");
});
