// What is in view as a list, layer by layer; what has no place yet stands below, so that nothing is hidden.

import { fill, formatNumber } from "../core/format.js";
import { el, hit, symbol } from "./dom.js";

const FIRST = 12;

export function createList(pane, view, onChoose) {
  const { words, lang } = view;
  const grown = new Map();

  function draw(layers, styles) {
    const parts = [];
    for (const [name, layer] of Object.entries(layers)) {
      const placed = layer.features.filter((feature) => feature.geometry);
      const unplaced = layer.features.filter((feature) => !feature.geometry);
      if (placed.length || unplaced.length) parts.push(...section(name, styles.get(name), layer, placed, unplaced));
    }
    pane.replaceChildren(...(parts.length ? parts : [el("p", { class: "listing__note" }, words["list.empty"])]));
  }

  function section(name, style, layer, placed, unplaced) {
    const count = fill(words["list.of"], { n: formatNumber(layer.in_view, lang), m: formatNumber(layer.matched, lang) });
    const parts = [el("h2", {}, symbol(view, name, style.icon), style.label, el("span", { class: "count" }, count)), rows(name, style, placed)];
    if (unplaced.length) {
      parts.push(el("p", { class: "listing__note" }, `${words["list.unplaced"]} (${layer.unplaced})`), rows(`${name}-unplaced`, style, unplaced));
    }
    return parts;
  }

  function rows(key, style, features) {
    const list = el("ul", { class: "listing" });
    const fillUp = () => {
      const most = grown.get(key) ?? FIRST;
      list.replaceChildren(...features.slice(0, most).map((feature) => row(feature, style)));
      const left = features.length - most;
      if (left > 0) {
        const more = () => {
          grown.set(key, most + 50);
          fillUp();
        };
        list.append(el("li", {}, el("button", { type: "button", class: "button more", onclick: more }, fill(words["list.more"], { n: left }))));
      }
    };
    fillUp();
    return list;
  }

  function row({ properties }, style) {
    const approximate = view.precisions[properties.precision]?.approximate ? words.approximate.toLowerCase() : "";
    const sub = [properties.detail, properties.place, approximate].filter(Boolean).join(" · ");
    const item = { ...properties, icon: style.icons[properties.symbol] ?? style.icon };
    return el("li", {}, hit(view, item, sub, () => onChoose(properties.layer, properties.id)));
  }

  return { draw };
}
