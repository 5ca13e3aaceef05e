// One record: facts, place, story, links that can be walked, disagreements, sources.

import { fill } from "../core/format.js";
import { copy, el, hit, icon, symbol } from "./dom.js";

/** Show records in `box`; `onChoose(layer, id)` walks a link, `onClose()` goes back to browsing. */
export function createRecord(box, view, { onChoose, onClose, say, link, focus = true }) {
  const { words } = view;
  const button = (name, label, onclick) => el("button", { type: "button", class: "iconbutton", "aria-label": label, title: label, onclick }, icon(view.urls.icons, name));

  function show(record) {
    box.hidden = false;
    box.replaceChildren(bar(record), head(record), ...[place(record), actions(record), facts(record), story(record), links(record), conflicts(record), sources(record)].filter(Boolean));
    box.parentElement.scrollTop = 0;
    if (focus) box.querySelector("h2").focus({ preventScroll: true });
  }

  function wait() {
    box.hidden = false;
    box.replaceChildren(el("p", { class: "muted" }, words["record.loading"]));
  }

  function hide() {
    box.hidden = true;
    box.replaceChildren();
  }

  const bar = (record) =>
    el(
      "div", { class: "record__bar" },
      button("back", words["record.back"], onClose),
      el("span", { class: "spacer" }),
      button("share", words["record.share"], async () => say((await copy(link(record))) ? words["share.copied"] : link(record))),
      button("close", words["record.close"], onClose),
    );

  const head = (record) =>
    el(
      "header", { class: "record__head" },
      symbol(view, record.layer, record.icon, { small: false }),
      el("div", {}, el("p", { class: "record__label" }, record.label), el("h2", { tabindex: "-1" }, record.title), record.other_title && el("p", { class: "muted small", lang: "vi" }, record.other_title), record.subtitle && el("p", { class: "record__sub" }, record.subtitle)),
    );

  function place(record) {
    if (!record.point) return el("p", { class: "place place--approximate" }, icon(view.urls.icons, "warning"), words.not_placed);
    if (!record.precision) return null;
    const text = [record.precision.label, record.precision.caution].filter(Boolean).join(". ");
    return el("p", { class: `place${record.precision.approximate ? " place--approximate" : ""}` }, icon(view.urls.icons, record.precision.approximate ? "approximate" : "check"), `${words.precision}: ${text}.`);
  }

  const actions = (record) =>
    el(
      "p", { class: "actions" },
      el("a", { class: "button", href: record.url }, icon(view.urls.icons, "source"), words["record.page"]),
      record.directions && el("a", { class: "button", href: record.directions }, icon(view.urls.icons, "route"), words.directions),
    );

  function facts(record) {
    const rows = record.facts.map((fact) => {
      const value = fact.value === null ? el("span", { class: "missing" }, words.no_data) : fact.value;
      return el("div", {}, el("dt", {}, fact.label), el("dd", {}, fact.url && fact.value !== null ? el("a", outward(fact.url), value) : value));
    });
    return el("dl", { class: "facts" }, rows);
  }

  const outward = (url) => (/^https?:/.test(url) ? { href: url, rel: "noopener external", target: "_blank" } : { href: url });

  function story(record) {
    if (!record.has_story) return null;
    const text = record.story ?? el("span", { class: "missing" }, words.no_data);
    return el("section", {}, el("h3", {}, words.story), el("p", {}, text), record.note && el("p", { class: "small muted" }, record.note));
  }

  function links(record) {
    if (!record.links.length) return null;
    return el(
      "section", {},
      el("h3", {}, words.links),
      record.links.flatMap((group) => [
        el("h4", {}, `${group.label} (${group.count})`),
        el("ul", { class: "chain" }, group.items.map((item) => el("li", {}, hit(view, item, [item.reason, item.distance, item.check].filter(Boolean).join(" · "), () => onChoose(item.layer, item.id))))),
        group.count > group.items.length && el("p", { class: "small muted" }, fill(words["links.more"], { n: group.count - group.items.length })),
      ]),
      el("p", { class: "small muted" }, view.method),
    );
  }

  function conflicts(record) {
    if (!record.conflicts.length) return null;
    return el(
      "section", { class: "notice" },
      el("h3", {}, words.conflicts),
      record.conflicts.map((row) => el("p", {}, `${row.label}. ${words["conflict.recorded"]}: ${row.recorded}. ${words["conflict.derived"]}: ${row.derived}.`)),
    );
  }

  function sources(record) {
    if (!record.sources.length) return null;
    const rows = record.sources.map((source) =>
      el("li", {}, [source.id, source.publisher, source.date].filter(Boolean).join(" · "), source.what && el("span", { class: "muted" }, `. ${source.what}`), source.address && [" ", el("a", outward(source.address), source.address)]),
    );
    return el("section", {}, el("h3", {}, words.sources), el("ul", { class: "sources" }, rows));
  }

  return { show, wait, hide };
}
