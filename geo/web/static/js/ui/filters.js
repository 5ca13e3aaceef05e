// Filters with the counts they would give, and the chips that say what is being filtered.

import { fill } from "../core/format.js";
import { el, icon } from "./dom.js";

const MOST_CHIPS = 14;

/** Draw the filters into `pane` and the active ones into `strip`; `onChange(filters, q)` on every change. */
export function createFilters(pane, strip, view, onChange) {
  const { words } = view;
  let state = { filters: {}, q: "" };

  const set = (param, values) => {
    const filters = { ...state.filters };
    if (values.length) filters[param] = values;
    else delete filters[param];
    onChange(filters, state.q);
  };
  const toggle = (param, value, on) => {
    const held = (state.filters[param] ?? []).filter((other) => other !== value);
    set(param, on ? [...held, value] : held);
  };

  function draw(current, facets) {
    state = current;
    const open = document.activeElement?.id;
    pane.replaceChildren(
      el("p", { class: "listing__note" }, words["filters.hint"]),
      ...view.filters.map((row) => (row.options.length > MOST_CHIPS ? select(row, facets) : chips(row, facets))),
    );
    if (open) document.getElementById(open)?.focus({ preventScroll: true });
    drawStrip();
  }

  function chips(row, facets) {
    const counts = facets[row.param] ?? {};
    const held = state.filters[row.param] ?? [];
    return el(
      "fieldset", { class: "group" },
      el("legend", {}, row.label),
      el("div", { class: "options" }, row.options.map((option) => {
        const on = held.includes(option.value);
        const count = counts[option.value] ?? 0;
        return el(
          "label", { class: `option${count || on ? "" : " option--none"}` },
          el("input", { type: "checkbox", id: `f-${row.param}-${option.value}`, checked: on, onchange: (event) => toggle(row.param, option.value, event.target.checked) }),
          el("span", { class: "chip" }, option.label, " ", el("small", {}, String(count))),
        );
      })),
    );
  }

  function select(row, facets) {
    const counts = facets[row.param] ?? {};
    const [held = ""] = state.filters[row.param] ?? [];
    return el(
      "fieldset", { class: "group" },
      el("legend", {}, row.label),
      el(
        "select", { class: "input", id: `f-${row.param}`, "aria-label": row.label, onchange: (event) => set(row.param, event.target.value ? [event.target.value] : []) },
        el("option", { value: "" }, words["filters.any"]),
        row.options.map((option) => el("option", { value: option.value, selected: option.value === held }, `${option.label} (${counts[option.value] ?? 0})`)),
      ),
    );
  }

  function drawStrip() {
    const chosen = Object.entries(state.filters).flatMap(([param, values]) => {
      const row = view.filters.find((filter) => filter.param === param);
      return values.map((value) => ({ name: row.options.find((option) => option.value === value)?.label ?? value, off: () => toggle(param, value, false) }));
    });
    if (state.q) chosen.push({ name: `“${state.q}”`, off: () => onChange(state.filters, "") });
    strip.hidden = !chosen.length;
    strip.replaceChildren(
      el("span", { class: "small" }, words["filters.active"]),
      ...chosen.map(({ name, off }) => el("button", { type: "button", class: "chip", onclick: off, "aria-label": fill(words["filters.remove"], { name }) }, name, icon(view.urls.icons, "close"))),
      el("button", { type: "button", class: "chip", onclick: () => onChange({}, "") }, words["filters.clear"]),
    );
  }

  return { draw };
}
