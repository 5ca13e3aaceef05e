// The pane for sharing: a link to this view, the saved map, downloads of the filtered data, code to embed.

import { address } from "../core/address.js";
import { canSend, copy, send } from "./clipboard.js";
import { el, icon, redraw } from "./dom.js";

/** Draw into `pane`; `queries()` returns the query strings of the view and of the selection. */
export function createShare(pane, view, { say, queries }) {
  const { words, urls } = view;
  let format = view.formats[0];

  function draw(layerNames) {
    const { whole, selection } = queries();
    const query = whole ? `?${whole}` : "";
    redraw(
      pane,
      el(
        "div", { class: "sharelist" },
        action("share", words[canSend() ? "share.send" : "share.link"], { onclick: () => pass(new URL(`${urls.full}${query}`, view.public_url).href) }),
        el("a", { class: "shareitem", href: address(urls.save, {}, whole) }, icon(urls.icons, "save"), el("span", {}, words["share.save"])),
        action("print", words["share.print"], { onclick: () => window.print() }),
      ),
      el("h2", {}, words["share.export"]),
      el("div", { class: "options", role: "radiogroup", "aria-label": words["share.format"] }, view.formats.map((row) => choice(row, layerNames))),
      el("ul", { class: "sharelist sharelist--downloads" }, layersOf(layerNames).map((layer) => el("li", {}, download(layer, selection)))),
      el("h2", {}, words["share.embed"]),
      embed(query),
    );
  }

  const action = (name, text, more) => el("button", { type: "button", class: "shareitem", ...more }, icon(urls.icons, name), el("span", {}, text));
  const give = async (text) => say((await copy(text)) ? words["share.copied"] : text, { stay: false });
  const pass = async (url) => (await send({ title: document.title, url })) || give(url);
  const layersOf = (layerNames) => view.groups.flatMap((group) => group.layers).filter((layer) => layerNames.includes(layer.name));

  function choice(row, layerNames) {
    const pick = () => {
      format = row;
      draw(layerNames);
    };
    return el(
      "label", { class: "option" },
      el("input", { type: "radio", name: "format", id: `x-${row.key}`, checked: row === format, onchange: pick }),
      el("span", { class: "chip" }, row.label),
    );
  }

  function download(layer, selection) {
    const href = address(urls.export, { layer: layer.name, ext: format.extension }, selection);
    return el("a", { class: "shareitem", href }, icon(urls.icons, "download"), el("span", {}, layer.label), el("span", { class: "count" }, `.${format.extension}`));
  }

  function embed(query) {
    const code = `<iframe src="${new URL(`${urls.embed}${query}`, view.public_url).href.replaceAll("&", "&amp;")}" width="100%" height="480" title="${words["map.label"]}"></iframe>`;
    const box = el("textarea", { rows: "4", readonly: true, id: "embed-code", "aria-label": words["share.embed"], onfocus: (event) => event.target.select() });
    box.value = code;
    return el("div", { class: "embedcode" }, box, el("button", { type: "button", class: "button", onclick: () => give(code) }, icon(urls.icons, "embed"), words["share.copy"]));
  }

  return { draw };
}
