// What is in view as a list, layer by layer; what has no place yet stands below, so that nothing is hidden.

import { fill, formatNumber } from "../core/format.js";
import { el, hit, icon, redraw, symbol } from "./dom.js";

const FIRST = 12;
const MORE = 50;

/** `onChoose(layer, id)` opens a record, `onPoint(key)` shows where it is while the mouse rests on it (null: no more). */
export function createList(pane, view, { styles, onChoose, onPoint }) {
  const { words, lang } = view;
  const grown = new Map();

  const wait = () => pane.replaceChildren(el("p", { class: "pane__note", role: "status" }, words.loading));

  function draw(layers) {
    const filled = Object.entries(layers).filter(([, layer]) => layer.features.length);
    const nothing = el("p", { class: "pane__note pane__note--empty" }, icon(view.urls.icons, "search"), words["list.empty"]);
    redraw(pane, filled.length ? filled.map(([name, layer]) => section(name, layer)) : [nothing]);
  }

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
      const most = grown.get(key) ?? FIRST;
      list.replaceChildren(...features.slice(0, most).map((feature) => row(feature, style)));
      const left = features.length - most;
      if (left <= 0) return;
      const more = () => {
        grown.set(key, most + MORE);
        fillUp();
        list.children[most]?.querySelector("button").focus({ preventScroll: true });
      };
      list.append(el("li", {}, el("button", { type: "button", class: "button button--quiet more", onclick: more }, fill(words["list.more"], { n: left }), icon(view.urls.icons, "chevron"))));
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
