// The panel of one record: title, location, story, links, facts, conflicts, sources, downloads.

import { fill } from "../core/format.js";
import { canSend, copy, selectText, send } from "./clipboard.js";
import { el, hit, icon, link, symbol } from "./dom.js";

/**
 * Show records in `box`; calls `onChoose(layer, id)` to follow a link, `onBack()` to go back, `onClose()` to return to
 * the list, whose label is `home`. `address(record)` is the URL to copy; without it there is no share button.
 */
export function createRecord(box, view, { onChoose, onBack, onClose, say, address = null, home = "" }) {
  const { words } = view;
  const thematic = new Set(view.groups.flatMap((group) => group.layers).filter((layer) => layer.on).map((layer) => layer.name));
  const sign = (name) => icon(view.urls.icons, name);

  /** `before` is the record that a link was followed from, if any: its `title` and `title_lang`. */
  function show(record, before = null) {
    const parts = [head, place, actions, story, conflicts, links, facts, sources, downloads].map((part) => part(record));
    open(bar(before), ...parts.filter(Boolean));
    box.querySelector("h2").focus({ preventScroll: true });
  }

  const wait = () => open(bar(null), el("p", { class: "pane__note", role: "status" }, words["record.loading"]));

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
      before || home ? el("button", { type: "button", class: "record__back", onclick: before ? onBack : onClose }, sign("back"), el("span", { lang: before?.title_lang }, before?.title ?? home)) : el("span"),
      el("button", { type: "button", class: "iconbutton", "aria-label": words["record.close"], title: words["record.close"], onclick: onClose }, sign("close")),
    );

  const head = (record) =>
    el(
      "header", { class: "record__head" },
      symbol(view, record.layer, record.icon, { small: false }),
      el(
        "div", {},
        el("p", { class: "record__label" }, record.label),
        el("h2", { tabindex: "-1", lang: record.title_lang }, record.title),
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
      record.directions && directions(record.directions),
      address && el("button", { type: "button", class: "chip chip--icon", "aria-label": words[canSend() ? "record.send" : "record.share"], title: words[canSend() ? "record.send" : "record.share"], onclick: () => share(record) }, sign("share")),
    ].filter(Boolean);
    return offers.length ? el("div", { class: "actions" }, offers) : null;
  }

  /** The menu of ways to the place, as on the record's page. */
  function directions({ warning, ways, coordinates }) {
    return el(
      "details", { class: "directions" },
      el("summary", { class: "chip" }, sign("route"), words.directions),
      el(
        "div", { class: "directions__menu" },
        warning && el("p", { class: "directions__warning" }, sign("approximate"), el("span", {}, warning)),
        el("ul", { class: "directions__ways" }, ways.map((way) => el("li", {}, link(way.url, { rel: "noopener external" }, way.label, el("span", { class: "muted small" }, way.devices))))),
        el("dl", { class: "directions__numbers" }, coordinates.map(numbers)),
      ),
    );
  }

  function numbers({ label, text }) {
    const code = el("code", {}, text);
    const give = async () => {
      const isCopied = await copy(text);
      if (!isCopied) selectText(code);
      say(isCopied ? words["share.copied"] : words["copy.select"]);
    };
    const name = fill(words["copy.what"], { what: label });
    return el("div", {}, el("dt", {}, label), el("dd", {}, code, el("button", { type: "button", class: "chip", "aria-label": name, onclick: give }, sign("copy"), words.copy)));
  }

  async function share(record) {
    const url = address(record);
    if (await send({ title: record.title, url })) return;
    say((await copy(url)) ? words["share.copied"] : url);
  }

  function story(record) {
    if (!record.story && !record.note) return null;
    const story = record.story && el("p", { class: "record__story", lang: record.story_lang }, cited(record.story_parts, record.story, record));
    const note = record.note && el("p", { class: "record__note", lang: "vi" }, cited(record.note_parts, record.note, record));
    return el("section", {}, story, note);
  }

  /** A text with its footnotes, which lead to the list of sources below, and with links to the records that it names. */
  function cited(parts, text, { sources }) {
    return (parts ?? [{ text }]).map((part) => {
      if (part.number) return footnote(part, sources[part.number - 1]);
      return part.url ? el("a", { href: part.url, title: part.title }, part.text) : part.text;
    });
  }

  function footnote({ text, number }, { publisher, date }) {
    const name = [publisher, date].filter(Boolean).join(", ");
    const jump = () => box.querySelector(`.sources li:nth-child(${number})`).focus();
    return el("button", { type: "button", class: "footnote", title: name, "aria-label": fill(words["source.note"], { n: number, name }), onclick: jump }, text);
  }

  function links(record) {
    if (!record.links.length) return null;
    const neighbours = record.links.filter((group) => group.within);
    const others = record.links.filter((group) => !group.within);
    const linked = others.filter((group) => group.items.some((item) => thematic.has(item.layer)));
    const around = others.filter((group) => !linked.includes(group));
    const headings = [...new Set(neighbours.map((group) => group.within.certain))];
    return el(
      "section", {},
      el("h3", {}, words.links),
      linked.map((group) => chain(group, record)),
      headings.map((heading) => nearby(neighbours.filter((group) => group.within.certain === heading))),
      around.length ? el("dl", { class: "facts facts--units" }, around.map((group) => el("div", {}, el("dt", {}, group.label), el("dd", {}, group.items.map((item) => unit(item, group)), rest(group.count - group.items.length))))) : null,
      record.links.some((group) => group.measured) ? el("p", { class: "record__method" }, view.method) : null,
    );
  }

  /** A group of links; the reason that they share is shown once. */
  function chain(group, record) {
    return [
      heading(group.label, group.count),
      group.why && el("p", { class: "record__why" }, cited(group.why_parts, group.why, record)),
      steps(group.items, group),
      rest(group.count - group.items.length),
    ];
  }

  /** The groups of neighbours within one distance: certain ones by kind, then the possible ones, folded. */
  function nearby(groups) {
    const [{ within, why }] = groups;
    const certain = groups.filter((group) => group.certain);
    const possible = groups.filter((group) => group.count > group.certain);
    const sum = possible.reduce((total, group) => total + group.count - group.certain, 0);
    return [
      certain.length ? [el("h4", { class: "record__within" }, within.certain), el("p", { class: "record__why" }, why)] : [],
      certain.map((group) => [heading(group.kind, group.certain), steps(group.items.slice(0, group.certain), group), rest(group.certain - group.items.length)]).flat(),
      sum
        ? el(
            "details", { class: "nearby" },
            el("summary", {}, within.possible, el("span", { class: "count" }, String(sum))),
            el("p", { class: "record__why" }, `${words["links.possible"]} ${why}.`),
            possible.flatMap((group) => [heading(group.kind, group.count - group.certain), steps(group.items.slice(group.certain), group), rest(group.count - Math.max(group.certain, group.items.length))]),
          )
        : null,
    ].flat();
  }

  const heading = (text, count) => el("h4", {}, text, el("span", { class: "count" }, String(count)));
  const steps = (items, group) => el("ul", { class: "chain" }, items.map((item) => el("li", {}, step(item, group))));

  function step(item, group) {
    const check = group.within ? "" : item.check;
    const end = item.distance || check ? el("span", { class: "hit__end" }, item.distance && el("strong", {}, item.distance), check && badge(check)) : null;
    return hit(view, item, item.why, () => onChoose(item.layer, item.id), { end });
  }

  const badge = (text) => el("span", { class: "badge badge--warn" }, text);
  const unit = (item, group) =>
    el(
      "button", { type: "button", class: "unit", lang: item.title_lang, title: [group.why, item.why].filter(Boolean).join(", "), onclick: () => onChoose(item.layer, item.id) },
      item.title, item.summary && el("strong", {}, ` ${item.summary}`), [item.check, item.caveat].filter(Boolean).map(badge),
    );
  const rest = (n) => (n > 0 ? el("p", { class: "small muted" }, fill(words["links.more"], { n })) : null);

  function facts(record) {
    const filled = record.facts.filter((fact) => fact.value !== null);
    const unknown = record.facts.filter((fact) => fact.value === null).map((fact) => fact.label);
    if (record.has_story && !record.story) unknown.push(words.story);
    return el(
      "section", {},
      el("h3", {}, words.facts),
      el("dl", { class: "facts" }, filled.map((fact) => el("div", {}, el("dt", {}, fact.label), el("dd", { lang: fact.lang }, fact.url ? link(fact.url, {}, fact.value) : cited(fact.parts, fact.value, record), fact.caveat && [" ", badge(fact.caveat)])))),
      unknown.length ? el("p", { class: "record__unknown" }, `${words["facts.missing"]}: ${unknown.join(" · ")}.`) : null,
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
      return el("li", { tabindex: "-1" }, web ? link(source.address, {}, name, sign("external")) : name, source.marks.map(badge), source.what && el("span", { class: "record__what", lang: source.what_lang }, source.what));
    });
    return el("section", {}, el("h3", {}, words.sources), el("ol", { class: "sources" }, rows));
  }

  function downloads({ exports: files }) {
    if (!files.length) return null;
    return el("section", {}, el("h3", {}, words.download), el("p", { class: "downloads" }, files.map((row) => el("a", { class: "chip", href: row.url, download: true }, sign("download"), row.label))));
  }

  return { show, wait, hide };
}
