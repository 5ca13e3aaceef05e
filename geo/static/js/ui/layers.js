// The layers with their switches, which are also the legend, and the choice of base map.

import { formatNumber } from "../core/format.js";
import { el, icon, redraw, symbol, whenShown } from "./dom.js";

const BASES = ["communes", "districts", "plain"];

/** `onLayers(names)`, `onBase(name)` and `onTerrain(on)` on a change; `linked` explains the lines between linked records. */
export function createLayers(pane, view, { onLayers, onBase, onTerrain, linked = true }) {
  const { words } = view;
  const all = view.groups.flatMap((group) => group.layers);

  const draw = whenShown(pane, (visible, base, terrain) => {
    redraw(
      pane,
      view.groups.flatMap((group) => [el("h2", {}, group.label), ...group.layers.map((layer) => row(layer, visible))]),
      el("h2", {}, words["layers.base"]),
      view.terrain && toggle(terrain),
      el("div", { class: "bases" }, bases().map(([name, label]) => radio(name, label, base))),
      el("h2", {}, words["layers.signs"]),
      note(icon(view.urls.icons, "approximate"), words["legend.approximate"]),
      note(el("span", { class: "keynote__cluster" }, "5"), words["legend.cluster"]),
      linked && note(icon(view.urls.icons, "route"), words["legend.linked"]),
    );
  });

  function row(layer, visible) {
    const on = visible.includes(layer.name);
    const change = (event) => {
      const names = event.target.checked ? [...visible, layer.name] : visible.filter((name) => name !== layer.name);
      onLayers(all.map((layer) => layer.name).filter((name) => names.includes(name)));
    };
    return el(
      "div", { class: `layer${on ? "" : " layer--off"}` },
      el(
        "label", { class: "layerrow" },
        el("input", { type: "checkbox", class: "switch", id: `l-${layer.name}`, checked: on, onchange: change }),
        key(layer, layer.icon),
        el("span", { class: "layerrow__label" }, layer.label),
        el("span", { class: "count" }, formatNumber(layer.count, view.lang)),
      ),
      layer.classes.length ? el("ul", { class: "classes" }, layer.classes.map((item) => el("li", {}, key(layer, item.icon), item.label))) : null,
    );
  }

  const key = (layer, name) => (layer.geometry === "Point" ? symbol(view, layer.name, name) : el("span", { class: `swatch swatch--${layer.name}`, "aria-hidden": "true" }));
  const note = (sign, text) => el("p", { class: "keynote" }, sign, el("span", {}, text));
  const bases = () => [...BASES.map((name) => [name, words[`base.${name}`]]), ...view.tile_layers.map((layer) => [layer.name, layer.name])];
  const toggle = (on) =>
    el(
      "label", { class: "layerrow" },
      el("input", { type: "checkbox", class: "switch", id: "b-terrain", checked: on, onchange: (event) => onTerrain(event.target.checked) }),
      el("span", { class: "layerrow__label" }, words["base.terrain"]),
    );
  const radio = (name, label, base) =>
    el("label", { class: "layerrow" }, el("input", { type: "radio", name: "base", id: `b-${name}`, checked: name === base, onchange: () => onBase(name) }), el("span", {}, label));

  return { draw };
}
