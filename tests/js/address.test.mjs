// Addresses that the server named, filled in by the browser.

import assert from "node:assert/strict";
import test from "node:test";

import { address, viewQuery } from "../../geo/static/js/core/address.js";

test("parts are encoded and a query is added", () => {
  assert.equal(address("/{layer}/{id}.json", { layer: "sites", id: "a/b ?" }, "lang=en"), "/sites/a%2Fb%20%3F.json?lang=en");
});

test("a query joins one that is there", () => {
  assert.equal(address("/base/{layer}.json?v=1", { layer: "province" }, "x=2"), "/base/province.json?v=1&x=2");
});

test("names that were not given stay", () => {
  assert.equal(address("/{layer}/{id}", { layer: "sites" }), "/sites/{id}");
});

test("the box asked for is wider than what is seen, and stays on earth", () => {
  const box = { west: 103, south: 21, east: 103.4, north: 21.2 };
  assert.equal(viewQuery(box, ["products", "sites"], "stars=4"), "bbox=102.9,20.95,103.5,21.25&layers=products,sites&stars=4");
  assert.equal(viewQuery({ west: -180, south: -90, east: 180, north: 90 }, [], ""), "bbox=-180,-90,180,90&layers=");
});

test("a view of everything asks for everything, whatever the size of the screen", () => {
  const extent = [103, 21, 103.4, 21.2];
  const whole = "layers=sites&lang=en";
  assert.equal(viewQuery({ west: 102.95, south: 20.95, east: 103.45, north: 21.25 }, ["sites"], "lang=en", extent), whole);
  assert.equal(viewQuery({ west: 102, south: 20, east: 105, north: 23 }, ["sites"], "lang=en", extent), whole);
  assert.match(viewQuery({ west: 103.2, south: 21, east: 103.4, north: 21.2 }, ["sites"], "lang=en", extent), /^bbox=/);
  assert.match(viewQuery({ west: 102, south: 20, east: 105, north: 23 }, ["sites"], "", null), /^bbox=/);
});
