// The list of the records in sight by layer, or by distance from the device; records without a geometry are listed below.

import { fill, formatAway, formatNumber } from "../core/format.js";
import { distanceTo, meets } from "../core/position.js";
import { inSlices } from "../core/slices.js";
import { el, hit, icon, redraw, symbol } from "./dom.js";

const FIRST = 12;
const MORE = 50;

const ACCURATE_M = 500; // a position of the device that is less accurate makes every distance approximate

/**
 * Calls `onChoose(layer, id)` to open a record, `onPoint(key)` to mark it on the map while hovered (null: end). `empty()`
 * returns what stands in a list without records. `onFarther()` shows a larger part of the map.
 */
export function createList(pane, view, { styles, onChoose, onPoint, empty = null, onFarther = null }) {
  const { words, lang } = view;
  const lengths = new Map();
  let here = null; // the position of the device, {point, accuracy}, by whose distance the list is ordered
  let latest = null; // what was drawn last
  let kind = ""; // the layer that the list ordered by distance is limited to

  /** Order the list by the distance from a position {point, accuracy}; by layer for null. */
  async function orderFrom(position) {
    here = position;
    kind = "";
    if (latest) await draw(latest.layers, latest.box);
  }

  const wait = () => pane.replaceChildren(el("p", { class: "pane__note", role: "status" }, words.loading));

  /**
   * List `layers` (layer -> the records that the server gave for a somewhat larger view) as far as they meet `box`, the
   * visible part of the map. Returns a promise of how many are in sight; null if the list was drawn for something else since.
   */
  async function draw(layers, box) {
    const mine = (latest = { layers, box });
    return inSlices(steps(layers, box), () => mine !== latest);
  }

  function* steps(layers, box) {
    const shown = [];
    for (const [name, layer] of Object.entries(layers)) {
      shown.push({ name, layer, ...apart(layer, box) });
      yield;
    }
    const total = shown.reduce((sum, { count }) => sum + count, 0);
    const nonEmpty = shown.filter(({ placed, unplaced }) => placed.length || unplaced.length);
    const nothing = () => empty?.() ?? el("p", { class: "pane__note pane__note--empty" }, icon(view.urls.icons, "search"), words["list.empty"]);
    const groups = here ? [nearest(shown, total, here)] : [];
    for (const group of here ? nonEmpty.filter(({ unplaced }) => unplaced.length).map((one) => ({ ...one, placed: [] })) : nonEmpty) {
      groups.push(section(group));
      yield;
    }
    redraw(pane, nonEmpty.length ? groups : [nothing()]);
    return total;
  }

  /** The records of a layer that are in sight, how many they are, and those without a geometry. */
  function apart(layer, box) {
    const located = layer.features.filter((feature) => feature.geometry);
    const placed = located.filter((feature) => meets(feature.geometry, box));
    const count = located.length < layer.in_view ? layer.in_view : placed.length; // the server gives only so many
    return { placed, unplaced: layer.features.filter((feature) => !feature.geometry), count };
  }

  function section({ name, layer, placed, unplaced, count }) {
    const style = styles.get(name);
    const [n, m] = [count, layer.matched].map((number) => formatNumber(number, lang));
    return el(
      "section", { class: "listgroup" },
      el("h2", { class: "listgroup__head" }, symbol(view, name, style.icon), style.label, el("span", { class: "count", title: fill(words["list.in_view"], { n }) }, fill(words["list.of"], { n, m }))),
      placed.length ? rows(name, placed) : null,
      unplaced.length ? el("h3", { class: "listgroup__unplaced" }, icon(view.urls.icons, "approximate"), `${words["list.unplaced"]} (${formatNumber(layer.unplaced, lang)})`) : null,
      unplaced.length ? rows(`${name}-unplaced`, unplaced) : null,
    );
  }

  /** All layers in one list, the nearest record first. */
  function nearest(shown, total, { point, accuracy }) {
    const near = shown.filter(({ name }) => !kind || name === kind);
    const away = near
      .flatMap(({ placed }) => placed)
      .map((feature) => ({ ...feature, away: distanceTo(point, feature.geometry), error: errorOf(feature) + (accuracy > ACCURATE_M ? accuracy : 0) }))
      .sort((a, b) => a.away - b.away);
    const byLayer = async () => {
      await orderFrom(null);
      pane.querySelector("button")?.focus();
    };
    return el(
      "section", { class: "listgroup" },
      el("h2", { class: "listgroup__head" }, icon(view.urls.icons, "locate"), words["list.nearest"], el("span", { class: "count", title: fill(words["list.in_view"], { n: total }) }, formatNumber(total, lang))),
      kinds(shown),
      el("p", { class: "listgroup__order" }, el("button", { type: "button", class: "active__clear", id: "by-layer", onclick: byLayer }, words["list.by_layer"])),
      rows("nearest", away),
      onFarther && el("button", { type: "button", class: "button button--quiet farther", id: "farther", onclick: onFarther }, words["list.farther"]),
    );
  }

  /** The choice between the layers that have records in sight, and all of them. */
  function kinds(shown) {
    const choice = (name, count, ...text) =>
      el(
        "label", { class: "option" },
        el("input", { type: "radio", name: "kind", id: `kind-${name}`, checked: kind === name, onchange: () => limit(name) }),
        el("span", { class: "chip" }, text, el("small", {}, formatNumber(count, lang))),
      );
    const limit = (name) => {
      kind = name;
      draw(latest.layers, latest.box);
    };
    const inSight = shown.filter(({ name, placed }) => placed.length || name === kind);
    const sum = inSight.reduce((total, { placed }) => total + placed.length, 0);
    return el(
      "div", { class: "options listgroup__kinds", role: "radiogroup", "aria-label": words["list.kinds"] },
      choice("", sum, words["list.kinds.all"]),
      inSight.map(({ name, placed }) => choice(name, placed.length, symbol(view, name, styles.get(name).icon), styles.get(name).label)),
    );
  }

  const errorOf = ({ properties }) => (view.precisions[properties.precision]?.approximate ? view.precisions[properties.precision].uncertainty_m : 0);

  function rows(key, features) {
    const list = el("ul", { class: "listing" });
    const fillUp = () => {
      const most = lengths.get(key) ?? FIRST;
      list.replaceChildren(...features.slice(0, most).map((feature) => row(feature)));
      const rest = features.length - most;
      if (rest <= 0) return;
      const more = () => {
        lengths.set(key, most + MORE);
        fillUp();
        list.children[most]?.querySelector("button").focus({ preventScroll: true });
      };
      list.append(el("li", {}, el("button", { type: "button", class: "button button--quiet more", onclick: more }, fill(words["list.more"], { n: rest }), icon(view.urls.icons, "chevron"))));
    };
    fillUp();
    return list;
  }

  function row({ id, properties, geometry, away, error }) {
    const style = styles.get(properties.layer);
    const sub = [properties.detail, properties.place].filter(Boolean).join(" · ");
    const item = { ...properties, icon: style.icons[properties.symbol] ?? style.icon };
    const approximate = geometry && view.precisions[properties.precision]?.approximate;
    const sign = approximate && [icon(view.urls.icons, "approximate"), el("span", { class: "visually-hidden" }, words.approximate)];
    const far = away !== undefined && el("strong", {}, away === 0 && !error ? words["list.here"] : formatAway(away, error, words["list.about"], lang));
    const end = sign || far ? el("span", { class: "hit__end", title: approximate && words.approximate }, far, far ? null : sign) : null;
    const point = { onmouseenter: () => onPoint(id), onmouseleave: () => onPoint(null), onfocus: () => onPoint(id), onblur: () => onPoint(null) };
    return el("li", {}, hit(view, item, sub, () => onChoose(properties.layer, properties.id), { id: `hit-${id}`, end, ...point }));
  }

  return { wait, draw, orderFrom };
}
