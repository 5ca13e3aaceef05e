// The list of the records in view by layer; records without a geometry are listed below them.

import { fill, formatNumber } from "../core/format.js";
import { el, hit, icon, redraw, symbol } from "./dom.js";

const FIRST = 12;
const MORE = 50;

/**
 * Calls `onChoose(layer, id)` to open a record, `onPoint(key)` to mark it on the map while hovered (null: end). `empty()`
 * returns what stands in a list without records.
 */
export function createList(pane, view, { styles, onChoose, onPoint, empty = null }) {
  const { words, lang } = view;
  const lengths = new Map();

  const wait = () => pane.replaceChildren(el("p", { class: "pane__note", role: "status" }, words.loading));

  function draw(layers) {
    const nonEmpty = Object.entries(layers).filter(([, layer]) => layer.features.length);
    redraw(pane, nonEmpty.length ? nonEmpty.map(([name, layer]) => section(name, layer)) : [empty ? empty() : nothing()]);
  }

  const nothing = () => el("p", { class: "pane__note pane__note--empty" }, icon(view.urls.icons, "search"), words["list.empty"]);

  function section(name, layer) {
    const style = styles.get(name);
    const placed = layer.features.filter((feature) => feature.geometry);
    const unplaced = layer.features.filter((feature) => !feature.geometry);
    const [n, m] = [layer.in_view, layer.matched].map((number) => formatNumber(number, lang));
    return el(
      "section", { class: "listgroup" },
      el("h2", { class: "listgroup__head" }, symbol(view, name, style.icon), style.label, el("span", { class: "count", title: fill(words["list.in_view"], { n }) }, fill(words["list.of"], { n, m }))),
      placed.length ? rows(name, style, placed) : null,
      unplaced.length ? el("h3", { class: "listgroup__unplaced" }, icon(view.urls.icons, "approximate"), `${words["list.unplaced"]} (${formatNumber(layer.unplaced, lang)})`) : null,
      unplaced.length ? rows(`${name}-unplaced`, style, unplaced) : null,
    );
  }

  function rows(key, style, features) {
    const list = el("ul", { class: "listing" });
    const fillUp = () => {
      const most = lengths.get(key) ?? FIRST;
      list.replaceChildren(...features.slice(0, most).map((feature) => row(feature, style)));
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

  function row({ id, properties, geometry }, style) {
    const sub = [properties.detail, properties.place].filter(Boolean).join(" · ");
    const item = { ...properties, icon: style.icons[properties.symbol] ?? style.icon };
    const approximate = geometry && view.precisions[properties.precision]?.approximate;
    const end = approximate ? el("span", { class: "hit__end", title: words.approximate }, icon(view.urls.icons, "approximate"), el("span", { class: "visually-hidden" }, words.approximate)) : null;
    const point = { onmouseenter: () => onPoint(id), onmouseleave: () => onPoint(null), onfocus: () => onPoint(id), onblur: () => onPoint(null) };
    return el("li", {}, hit(view, item, sub, () => onChoose(properties.layer, properties.id), { id: `hit-${id}`, end, ...point }));
  }

  return { wait, draw };
}
