// The panel of one record: title, location, story, links, facts, conflicts, sources, downloads.

import { fill } from "../core/format.js";
import { copy, el, hit, icon, link, symbol } from "./dom.js";

/**
 * Show records in `box`; calls `onChoose(layer, id)` to follow a link, `onBack()` to go back, `onClose()` to return to
 * the list, whose label is `home`. `address(record)` is the URL to copy; without it there is no share button.
 */
export function createRecord(box, view, { onChoose, onBack, onClose, say, address = null, home = "" }) {
  const { words } = view;
  const thematic = new Set(view.groups.flatMap((group) => group.layers).filter((layer) => layer.on).map((layer) => layer.name));
  const sign = (name) => icon(view.urls.icons, name);

  /** `before` is the title of the record that a link was followed from, if any. */
  function show(record, before = "") {
    const parts = [head, place, actions, story, conflicts, links, facts, sources, downloads].map((part) => part(record));
    open(bar(before), ...parts.filter(Boolean));
    box.querySelector("h2").focus({ preventScroll: true });
  }

  const wait = () => open(bar(""), el("p", { class: "pane__note", role: "status" }, words["record.loading"]));

  function open(...parts) {
    box.hidden = false;
    box.replaceChildren(...parts);
    box.scrollTop = 0;
  }

  function hide() {
    box.hidden = true;
    box.replaceChildren();
  }

  const bar = (before) =>
    el(
      "div", { class: "record__bar" },
      before || home ? el("button", { type: "button", class: "record__back", onclick: before ? onBack : onClose }, sign("back"), el("span", {}, before || home)) : el("span"),
      el("button", { type: "button", class: "iconbutton", "aria-label": words["record.close"], title: words["record.close"], onclick: onClose }, sign("close")),
    );

  const head = (record) =>
    el(
      "header", { class: "record__head" },
      symbol(view, record.layer, record.icon, { small: false }),
      el(
        "div", {},
        el("p", { class: "record__label" }, record.label),
        el("h2", { tabindex: "-1" }, record.title),
        record.other_title && el("p", { class: "record__label", lang: "vi" }, record.other_title),
        record.subtitle && el("p", { class: "record__sub" }, record.subtitle),
        record.caveat && el("p", {}, badge(record.caveat)),
      ),
    );

  function place({ point, precision, unplaced }) {
    const note = (name, text, approximate) => el("p", { class: `place${approximate ? " place--approximate" : ""}` }, sign(name), el("span", {}, text));
    if (!point) return unplaced && note("warning", `${unplaced}.`, true);
    if (!precision) return null;
    return note(precision.approximate ? "approximate" : "check", `${precision.caution || precision.label}.`, precision.approximate);
  }

  function actions(record) {
    const offers = [
      record.url && el("a", { class: "chip", href: record.url }, sign("source"), words["record.page"]),
      record.directions && el("a", { class: "chip", href: record.directions }, sign("route"), words.directions),
      address && el("button", { type: "button", class: "chip chip--icon", "aria-label": words["record.share"], title: words["record.share"], onclick: () => share(record) }, sign("share")),
    ].filter(Boolean);
    return offers.length ? el("p", { class: "actions" }, offers) : null;
  }

  async function share(record) {
    const url = address(record);
    say((await copy(url)) ? words["share.copied"] : url);
  }

  function story(record) {
    if (!record.story && !record.note) return null;
    return el("section", {}, record.story && el("p", { class: "record__story", lang: record.story_lang }, record.story), record.note && el("p", { class: "record__note", lang: "vi" }, record.note));
  }

  function links(record) {
    if (!record.links.length) return null;
    const within = record.links.filter((group) => group.items.some((item) => thematic.has(item.layer)));
    const around = record.links.filter((group) => !within.includes(group));
    return el(
      "section", {},
      el("h3", {}, words.links),
      within.map(chain),
      around.length ? el("dl", { class: "facts facts--units" }, around.map((group) => el("div", {}, el("dt", {}, group.label), el("dd", {}, group.items.map(unit), rest(group))))) : null,
      within.length ? el("p", { class: "record__method" }, view.method) : null,
    );
  }

  /** A group of links; a reason that all of them share is shown once. */
  function chain(group) {
    const reasons = new Set(group.items.map(why));
    const shared = group.items.length > 1 && reasons.size === 1 ? [...reasons][0] : "";
    return [
      el("h4", {}, group.label, el("span", { class: "count" }, String(group.count))),
      shared && el("p", { class: "record__why" }, shared),
      el("ul", { class: "chain" }, group.items.map((item) => el("li", {}, step(item, shared ? "" : why(item))))),
      rest(group),
    ];
  }

  const why = (item) => [item.reason, item.basis].filter(Boolean).join(", ");

  function step(item, reason) {
    const end = item.distance || item.check ? el("span", { class: "hit__end" }, item.distance && el("strong", {}, item.distance), item.check && badge(item.check)) : null;
    return hit(view, item, reason, () => onChoose(item.layer, item.id), { end });
  }

  const badge = (text) => el("span", { class: "badge badge--warn" }, text);
  const unit = (item) =>
    el(
      "button", { type: "button", class: "unit", title: why(item), onclick: () => onChoose(item.layer, item.id) },
      item.title, item.summary && el("strong", {}, ` ${item.summary}`), [item.check, item.caveat].filter(Boolean).map(badge),
    );
  const rest = (group) => (group.count > group.items.length ? el("p", { class: "small muted" }, fill(words["links.more"], { n: group.count - group.items.length })) : null);

  function facts(record) {
    const filled = record.facts.filter((fact) => fact.value !== null);
    const unknown = record.facts.filter((fact) => fact.value === null).map((fact) => fact.label);
    if (record.has_story && !record.story) unknown.push(words.story);
    return el(
      "section", {},
      el("h3", {}, words.facts),
      el("dl", { class: "facts" }, filled.map((fact) => el("div", {}, el("dt", {}, fact.label), el("dd", {}, fact.url ? link(fact.url, {}, fact.value) : fact.value)))),
      unknown.length ? el("p", { class: "record__unknown" }, el("span", { class: "missing" }, words["facts.missing"]), `: ${unknown.join(" · ")}`) : null,
    );
  }

  function conflicts(record) {
    if (!record.conflicts.length) return null;
    return el(
      "section", { class: "notice" },
      el("h3", {}, sign("warning"), words.conflicts),
      record.conflicts.map((row) => el("p", {}, el("strong", {}, `${row.label}. `), `${words["conflict.recorded"]}: ${row.recorded}. ${words["conflict.derived"]}: ${row.derived}.`)),
    );
  }

  function sources(record) {
    if (!record.sources.length) return null;
    const rows = record.sources.map((source) => {
      const name = [source.publisher, source.date].filter(Boolean).join(", ");
      const web = source.address?.startsWith("http");
      return el("li", {}, web ? link(source.address, {}, name, sign("external")) : name, source.marks.map(badge), source.what && el("span", { class: "record__what" }, source.what));
    });
    return el("section", {}, el("h3", {}, words.sources), el("ul", { class: "sources" }, rows));
  }

  function downloads({ exports: files }) {
    if (!files.length) return null;
    return el("section", {}, el("h3", {}, words.download), el("p", { class: "downloads" }, files.map((row) => el("a", { class: "chip", href: row.url, download: true }, sign("download"), row.label))));
  }

  return { show, wait, hide };
}
