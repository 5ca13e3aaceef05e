// Take it with you: a link to this view, the filtered data, a saved map, code to embed.

import { address } from "../core/address.js";
import { copy, el, icon } from "./dom.js";

/** Draw into `pane` for a `state`; `queries` gives the query strings of the view and of the selection. */
export function createShare(pane, view, { say, queries }) {
  const { words, urls } = view;
  const label = (name, text) => [icon(urls.icons, name), el("span", {}, text)];

  function draw(shown) {
    const { whole, selection } = queries();
    const here = `${view.public_url}${urls.full}${whole ? `?${whole}` : ""}`;
    const frame = `<iframe src="${view.public_url}${urls.embed}${whole ? `?${whole.replaceAll("&", "&amp;")}` : ""}" width="100%" height="480" title="${words["map.label"]}"></iframe>`;
    const box = el("textarea", { rows: "4", readonly: true, "aria-label": words["share.embed"] });
    box.value = frame;
    const layers = view.groups.flatMap((group) => group.layers).filter((layer) => shown.includes(layer.name));
    pane.replaceChildren(
      el(
        "div", { class: "sharebox" },
        el("button", { type: "button", class: "button", onclick: async () => say((await copy(here)) ? words["share.copied"] : here) }, label("share", words["share.link"])),
        el("a", { class: "button", href: address(urls.save, {}, whole), download: true }, label("save", words["share.save"])),
        el("button", { type: "button", class: "button", onclick: () => window.print() }, label("print", words["share.print"])),
      ),
      el("h2", {}, icon(urls.icons, "download"), words["share.export"]),
      ...layers.map((layer) =>
        el(
          "div", { class: "sharebox" },
          el("strong", { class: "small" }, layer.label),
          el("div", { class: "downloads" }, view.formats.map((format) => el("a", { class: "chip", title: format.label, download: true, href: address(urls.export, { layer: layer.name, ext: format.extension }, selection) }, `.${format.extension}`))),
        ),
      ),
      el("h2", {}, icon(urls.icons, "embed"), words["share.embed"]),
      el("div", { class: "sharebox" }, box),
    );
  }

  return { draw };
}
