// The filters with the number of records for each value, and chips for the active ones.

import { fill } from "../core/format.js";
import { el, icon, redraw, whenShown } from "./dom.js";

const MOST_CHIPS = 10;

const OTHERS = ["dim", "hide", "show"];

/**
 * Draw the filters into `pane`, the active ones into `strip` and their number into `badge`; `onChange(filters, q)`, and
 * `onOthers(choice)` for what becomes of records that no link joins to those that the filters choose in another layer.
 */
export function createFilters(pane, strip, badge, view, { onChange, onOthers }) {
  const { words } = view;
  let state = { filters: {}, q: "", others: "dim" };

  const set = (param, values) => {
    const filters = { ...state.filters, [param]: values };
    if (!values.length) delete filters[param];
    onChange(filters, state.q);
  };
  const valuesOf = (param) => state.filters[param] ?? [];
  const toggle = (param, value, on) => set(param, [...valuesOf(param).filter((other) => other !== value), ...(on ? [value] : [])]);
  const labelOf = (row, value) => row.options.find((option) => option.value === value)?.label ?? value;

  function draw(current, facets) {
    state = current;
    drawPane(facets);
    drawStrip();
  }

  const drawPane = whenShown(pane, (facets) => {
    redraw(pane, el("p", { class: "pane__note" }, words["filters.hint"]), view.filters.some(({ param, ties }) => ties && valuesOf(param).length) && others(), view.filters.map((row) => (row.options.length > MOST_CHIPS ? select(row, facets[row.param] ?? {}) : chips(row, facets[row.param] ?? {}))));
  });

  function others() {
    const choice = (name) =>
      el("label", { class: "option" }, el("input", { type: "radio", name: "others", id: `others-${name}`, checked: state.others === name, onchange: () => onOthers(name) }), el("span", { class: "chip" }, words[`others.${name}`]));
    return el("fieldset", { class: "group" }, el("legend", {}, words.others), el("div", { class: "options" }, OTHERS.map(choice)));
  }

  function chips(row, counts) {
    return el("fieldset", { class: "group" }, el("legend", {}, row.label), el("div", { class: "options" }, row.options.map((option) => chip(row, option, counts[option.value] ?? 0))));
  }

  function chip({ param }, { value, label }, count) {
    const on = valuesOf(param).includes(value);
    return el(
      "label", { class: `option${count || on ? "" : " option--none"}` },
      el("input", { type: "checkbox", id: `f-${param}-${value}`, checked: on, onchange: (event) => toggle(param, value, event.target.checked) }),
      el("span", { class: "chip" }, label, el("small", {}, String(count))),
    );
  }

  function select(row, counts) {
    const selection = row.options.filter((option) => valuesOf(row.param).includes(option.value));
    const others = row.options.filter((option) => !selection.includes(option));
    return el(
      "fieldset", { class: "group" },
      el("legend", {}, row.label),
      selection.length ? el("div", { class: "options" }, selection.map((option) => chip(row, option, counts[option.value] ?? 0))) : null,
      el(
        "select", { class: "input", id: `f-${row.param}`, "aria-label": row.label, onchange: (event) => event.target.value && toggle(row.param, event.target.value, true) },
        el("option", { value: "" }, words[selection.length ? "filters.more" : "filters.any"]),
        others.map((option) => el("option", { value: option.value, disabled: !counts[option.value] }, `${option.label} (${counts[option.value] ?? 0})`)),
      ),
    );
  }

  function drawStrip() {
    const selection = view.filters.flatMap((row) => valuesOf(row.param).map((value) => ({ name: labelOf(row, value), off: () => toggle(row.param, value, false) })));
    if (state.q) selection.push({ name: `“${state.q}”`, off: () => onChange(state.filters, "") });
    badge.textContent = selection.length || "";
    strip.hidden = !selection.length;
    redraw(
      strip,
      el("span", { class: "active__label" }, words["filters.active"]),
      selection.map(({ name, off }) => el("button", { type: "button", class: "chip", onclick: off, "aria-label": fill(words["filters.remove"], { name }) }, name, icon(view.urls.icons, "close"))),
      el("button", { type: "button", class: "active__clear", onclick: () => onChange({}, "") }, words["filters.clear"]),
    );
  }

  return { draw };
}
