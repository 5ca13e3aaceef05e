// The layers with their switches, which are also the legend, and the choice of base map.

import { el, icon, symbol } from "./dom.js";

/** `onLayers(names)` and `onBase(name)` on a change; `swatch(layer)` draws a polygon's key. */
export function createLayers(pane, view, swatch, { onLayers, onBase }) {
  const { words } = view;
  const all = view.groups.flatMap((group) => group.layers);

  function draw(shown, base) {
    const open = document.activeElement?.id;
    pane.replaceChildren(
      ...view.groups.flatMap((group) => [
        el("h2", {}, group.label),
        ...group.layers.flatMap((layer) => [row(layer, shown), classes(layer)]),
      ]),
      note("approximate", words["legend.approximate"]),
      note("list", words["legend.cluster"]),
      note("route", words["legend.linked"]),
      el("h2", {}, words["layers.base"]),
      ...bases().map(([name, label]) => radio(name, label, base)),
    );
    if (open) document.getElementById(open)?.focus({ preventScroll: true });
  }

  function row(layer, shown) {
    const on = shown.includes(layer.name);
    const change = (event) => {
      const names = event.target.checked ? [...shown, layer.name] : shown.filter((name) => name !== layer.name);
      onLayers(all.map((known) => known.name).filter((name) => names.includes(name)));
    };
    return el(
      "label", { class: "layerrow" },
      el("input", { type: "checkbox", id: `l-${layer.name}`, checked: on, onchange: change }),
      layer.geometry === "Point" ? symbol(view, layer.name, layer.icon) : swatch(layer),
      el("span", {}, layer.label),
      el("span", { class: "layerrow__count" }, String(layer.count)),
    );
  }

  function classes(layer) {
    if (layer.geometry !== "Point") return el("ul", { class: "classes" }, layer.classes.map((item) => el("li", {}, item.label)));
    return el("ul", { class: "classes" }, layer.classes.map((item) => el("li", {}, symbol(view, layer.name, item.icon), item.label)));
  }

  const note = (name, text) => el("p", { class: "keynote" }, icon(view.urls.icons, name), text);
  const bases = () => [...["communes", "districts", "plain"].map((name) => [name, words[`base.${name}`]]), ...view.tile_layers.map((layer) => [layer.name, layer.name])];
  const radio = (name, label, base) =>
    el("label", { class: "layerrow" }, el("input", { type: "radio", name: "base", id: `b-${name}`, checked: name === base, onchange: () => onBase(name) }), el("span", {}, label));

  return { draw };
}
