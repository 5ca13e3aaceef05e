// The tables of the page of distances, written anew from the data of the page whenever the distance changes.

import { recordAddress } from "../core/address.js";
import { fill, formatApart, formatNumber } from "../core/format.js";
import { FAR, MAYBE, NEAR } from "../core/reach.js";
import { el, icon } from "./dom.js";

const MOST_ROWS = 100;
const MOST_PAIRS = 40;
const KEYS = { [NEAR]: "near", [MAYBE]: "maybe", [FAR]: "far" };

/** `data` is the file of a link; `onShow(side, place)` is called by the buttons that show a place on the map. */
export function createReachTables(view, data, { onShow }) {
  const { words, lang } = view;
  const box = (key) => document.querySelector(`[data-table="${key}"]`);
  const urlOf = (layer, id) => recordAddress(view, layer, id);
  const km = (metres) => `${formatNumber(metres / 1000, lang, 1)}\u00a0km`;
  const about = { about: words["plan.near.about"], less: words["plan.near.less"] };
  const apartText = (metres, unsure) => formatApart(metres, unsure, about, lang);
  const count = (number) => formatNumber(number, lang);
  const orders = data.sides.map(({ first_m: metres }) => metres.map((_, i) => i).sort((a, b) => (metres[a] ?? Infinity) - (metres[b] ?? Infinity) || a - b));

  const name = (side, place) => el("a", { href: urlOf(data.sides[side].layer, data.sides[side].ids[place]) }, data.sides[side].titles[place]);
  const button = (side, place) => el("button", { type: "button", class: "showplace", "aria-label": fill(words["plan.near.on_map"], { name: data.sides[side].titles[place] }), onclick: () => onShow(side, place) }, icon(view.urls.icons, "locate"));
  const cell = (label, ...children) => el("td", { "data-label": label }, children);
  const number = (label, text) => el("td", { class: "number", "data-label": label }, text);

  const rows = { pairs: new Map(), 0: new Map(), 1: new Map() }; // each row is made once and kept
  const shown = {};

  /** Show these rows in a table, whose heading the server wrote; nothing moves where they are shown already. */
  function write(key, lines, total) {
    const before = shown[key] ?? [];
    if (before.length !== lines.length || lines.some((line, i) => line !== before[i])) {
      box(key).classList.toggle("reachtable--empty", !lines.length);
      box(key).querySelector("tbody").replaceChildren(...lines);
      shown[key] = lines;
    }
    document.querySelector(`[data-more="${key}"]`).textContent = total > lines.length ? fill(words["plan.near.more"], { n: count(lines.length), m: count(total) }) : "";
  }

  /** The row of a table that `make` makes when it is first needed: {line, sign}, the sign being what a distance changes. */
  function kept(table, key, make) {
    if (!rows[table].has(key)) rows[table].set(key, make());
    return rows[table].get(key);
  }

  const labels = (key) => [...box(key).querySelectorAll("thead th")].map((one) => one.textContent);

  /** Show the places of the pairs, the nearest first, of `total` that there are. */
  function pairs(places, bounds, metres, total) {
    if (!box("pairs")) return;
    const lines = places.map((i) => {
      const { line, sign } = kept("pairs", i, () => pairRow(i));
      const text = words[bounds.most[i] <= metres ? "plan.certain" : "plan.possible"];
      if (sign.textContent !== text) sign.textContent = text;
      return line;
    });
    write("pairs", lines, total);
  }

  function pairRow(i) {
    const heads = labels("pairs");
    const { here, there, metres: apart, unsure } = data.pairs;
    const sign = el("td", { "data-label": heads[4] });
    const line = el("tr", {},
      el("th", { scope: "row" }, button(0, here[i]), name(0, here[i])),
      cell(heads[1], name(1, there[i])),
      number(heads[2], apartText(apart[i], unsure[i])),
      number(heads[3], km(unsure[i])),
      sign);
    return { line, sign };
  }

  const isShown = (state, show) => !show || (show === "gap" ? state !== NEAR : KEYS[state] === show);

  /** Show the places of a side in a state ("" for all, "gap" for those that are not surely near), the nearest first. */
  function places(side, states, show) {
    const own = data.sides[side];
    if (!box(own.layer)) return;
    const chosen = orders[side].filter((place) => isShown(states[place], show));
    if (show === "gap") chosen.reverse(); // what is farthest from all is the gap
    const lines = chosen.slice(0, MOST_ROWS).map((place) => {
      const { line, sign } = kept(side, place, () => placeRow(side, place));
      const key = KEYS[states[place]];
      if (sign.dataset.state !== key) {
        sign.dataset.state = key;
        sign.className = `badge reachbadge--${key}`;
        sign.textContent = words[`plan.state.${key}`];
      }
      return line;
    });
    const without = ["", "gap", "unplaced"].includes(show) ? own.unplaced : [];
    for (const place of without.slice(0, MOST_ROWS - lines.length)) lines.push(kept(side, `unplaced/${place.id}`, () => unplacedRow(side, place)).line);
    const total = chosen.length + without.length;
    write(own.layer, lines, total);
    document.querySelector(`[data-count="${own.layer}"]`).textContent = `(${count(total)})`;
  }

  function placeRow(side, place) {
    const own = data.sides[side];
    const heads = labels(own.layer);
    const sign = el("span");
    const line = el("tr", {},
      el("th", { scope: "row" }, button(side, place), name(side, place)),
      cell(heads[1], sign),
      ...near(side, place, own.first[place], own.first_m[place], heads.slice(2, 5)),
      ...near(side, place, own.second[place], own.second_m[place], heads.slice(5, 8)));
    return { line, sign };
  }

  function unplacedRow(side, { id, title }) {
    const { layer } = data.sides[side];
    const heads = labels(layer);
    const blanks = heads.slice(2).map((head) => cell(head, el("span", { class: "missing" }, words.no_data)));
    return { line: el("tr", {}, el("th", { scope: "row" }, el("a", { href: urlOf(layer, id) }, title)), cell(heads[1], words["plan.state.unplaced"]), blanks) };
  }

  function near(side, place, other, metres, [head, apart, off]) {
    if (other < 0) return [head, apart, off].map((label) => cell(label, el("span", { class: "missing" }, words.no_data)));
    const unsure = data.sides[side].radii[place] + data.sides[1 - side].radii[other];
    return [cell(head, name(1 - side, other)), number(apart, apartText(metres, unsure)), number(off, km(unsure))];
  }

  return { pairs, places, most: MOST_PAIRS };
}
