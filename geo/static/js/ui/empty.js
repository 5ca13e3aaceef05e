// What the list shows where no record matches: names that are spelled alike, filters to remove, the whole province.

import { fill, formatNumber } from "../core/format.js";
import { el, hit, icon } from "./dom.js";

/**
 * A function (state, answer of /map.json) that returns the note for an empty list. `find(text)` searches names;
 * `onChange(part of the state)` removes a filter or the text, `onChoose(layer, id)` opens a record, `onWhole()` shows the
 * whole province.
 */
export function createEmpty(view, find, { onChange, onChoose, onWhole }) {
  const { words, lang } = view;
  const button = (name, label, onclick) => el("button", { type: "button", class: "chip", onclick }, icon(view.urls.icons, name), label);
  const number = (n) => formatNumber(n, lang);

  /** The active filters without which records match: the facets of a filter count what the others let through. */
  function filtersToRemove({ filters }, facets) {
    return view.filters
      .filter(({ param }) => filters[param])
      .map((row) => ({ row, n: Object.values(facets[row.param] ?? {}).reduce((sum, count) => sum + count, 0) }))
      .filter(({ n }) => n)
      .map(({ row: { param, label, options }, n }) => {
        const values = filters[param].map((value) => options.find((option) => option.value === value)?.label ?? value);
        const others = Object.fromEntries(Object.entries(filters).filter(([name]) => name !== param));
        return button("close", fill(words["search.drop"], { name: `${label}: ${values.join(", ")}`, n: number(n) }), () => onChange({ filters: others }));
      });
  }

  function names(text) {
    const box = el("div", {});
    find(text).then(({ hits, suggestions }) => {
      const rows = [...hits, ...suggestions].slice(0, 3);
      if (!rows.length) return;
      const items = rows.map((item) => el("li", {}, hit(view, item, [item.label, item.place].filter(Boolean).join(" · "), () => onChoose(item.layer, item.id))));
      box.append(el("p", {}, words["search.alike"]), el("ul", { class: "listing" }, items));
    }, () => {});
    return box;
  }

  return (state, { layers, facets }) => {
    const elsewhere = Object.values(layers).reduce((sum, { matched }) => sum + matched, 0);
    const toRemove = elsewhere ? [] : filtersToRemove(state, facets);
    if (!elsewhere && state.q) toRemove.push(button("close", fill(words["filters.remove"], { name: `“${state.q}”` }), () => onChange({ q: "" })));
    return el(
      "div", { class: "pane__note pane__note--empty" },
      el("p", {}, icon(view.urls.icons, "search"), words["list.empty"]),
      state.q && !elsewhere ? names(state.q) : null,
      el("div", { class: "options" }, toRemove, button("home", elsewhere ? `${words["search.whole"]} (${number(elsewhere)})` : words["search.whole_clear"], () => onWhole(!elsewhere))),
    );
  };
}
