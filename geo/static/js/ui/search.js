// Search by name: a combobox with a list of results, which the arrow keys move through.

import { fill } from "../core/format.js";
import { el, hit, icon } from "./dom.js";

const WAIT_MS = 120;

/**
 * `find(text, signal)` answers {hits, suggestions, meant}. Calls `onHit(hit)` for a selected record, `onText(q)` to filter
 * all records by the text, `onWhole()` to show the whole province; `isFiltered()` says whether filters are on.
 */
export function createSearch(form, view, find, { onHit, onText, onWhole, isFiltered }) {
  const { words } = view;
  const input = form.querySelector("#search-input");
  const list = form.querySelector("#search-hits");
  const clear = form.querySelector("#search-clear");
  const status = form.querySelector("#search-status");
  let timer = 0;
  let request = null;
  let at = -1;
  let answered = "";

  const options = () => [...list.querySelectorAll('[role="option"]')];
  const note = (text) => el("p", { class: "hits__note", role: "none" }, text);
  const close = () => {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const open = () => {
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  };

  async function ask() {
    const text = input.value.trim();
    request?.abort();
    if (!text) return close();
    const mine = (request = new AbortController());
    try {
      const answer = await find(text, mine.signal);
      if (mine === request) show(answer, text);
    } catch (error) {
      if (error.name === "AbortError") return;
      list.replaceChildren(note(words["error.load"]));
      open();
    }
  }

  function show({ hits, suggestions, meant }, text) {
    answered = text;
    const spellings = meant.map((one) => note(fill(words["search.meant"], one)));
    const parts = hits.length ? resultsOf(hits, text) : helpFor(suggestions, text);
    list.replaceChildren(...spellings, ...parts);
    options().forEach((row, i) => (row.id = `hit-${i}`));
    open();
    list.scrollTop = 0;
    at = -1;
    input.removeAttribute("aria-activedescendant");
    status.textContent = [...list.querySelectorAll(".hits__note"), ...(hits.length ? [] : list.querySelectorAll(".hit__title"))].map((row) => row.textContent).concat(hits.length ? countOf(hits) : []).join(" ");
  }

  /** The number of hits in words, whose keys stand whole: a page is given the words whose keys its scripts hold. */
  function countOf(hits) {
    const [one, several] = hits[0].near ? ["search.count_near.one", "search.count_near"] : ["search.count.one", "search.count"];
    return fill(words[hits.length === 1 ? one : several], { n: hits.length });
  }

  /** The rows of the hits, those with a similar spelling under a heading, and the offer to filter by the text. */
  function resultsOf(hits, text) {
    if (hits[0].partial) return [note(words["search.partial"]), ...hits.map((item) => rowOf(item, "hit hit--offered"))];
    const firstNear = hits.findIndex(({ near }) => near);
    const rows = hits.map((item) => rowOf(item));
    if (firstNear >= 0) rows.splice(firstNear, 0, note(words["search.near"]));
    return [...rows, action("filter", fill(words["search.keep"], { q: text }), () => onText(text))];
  }

  /** What may help where nothing matches: names that are spelled alike, and the whole province without filters. */
  function helpFor(suggestions, text) {
    return [
      note(fill(words["search.none"], { q: text })),
      ...(suggestions.length ? [note(words["search.alike"]), ...suggestions.map((item) => rowOf(item, "hit hit--offered"))] : []),
      action("home", words[isFiltered() ? "search.whole_clear" : "search.whole"], onWhole),
    ];
  }

  function rowOf(item, className = "hit") {
    const reason = item.reason && `${item.reason.field}: ${item.reason.text}`;
    const sub = [item.label, reason, item.place].filter(Boolean).join(" · ");
    return hit(view, item, sub, () => leave(() => onHit(item)), { role: "option", tabindex: "-1", "aria-selected": "false", class: className });
  }

  const action = (name, label, act) => el("button", { type: "button", class: "hit hit--keep", role: "option", tabindex: "-1", "aria-selected": "false", onclick: () => leave(act) }, icon(view.urls.icons, name), el("span", {}, label));

  function leave(act) {
    close();
    input.blur();
    act();
  }

  function move(step) {
    const rows = options();
    if (!rows.length) return;
    at = at < 0 && step < 0 ? rows.length - 1 : (at + step + rows.length) % rows.length;
    rows.forEach((row, i) => row.setAttribute("aria-selected", String(i === at)));
    rows[at].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", rows[at].id);
  }

  input.addEventListener("input", () => {
    clear.hidden = !input.value;
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && list.hidden && input.value.trim()) {
      event.preventDefault();
      clearTimeout(timer);
      ask();
    } else if (step && !list.hidden) {
      event.preventDefault();
      move(step);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  input.addEventListener("focus", () => input.value.trim() && list.childElementCount && open());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(timer);
    if (list.hidden || answered !== input.value.trim()) await ask();
    // Without a choice Enter takes the first hit, but nothing that is only offered.
    (options()[at] ?? list.querySelector(".hit:not(.hit--keep, .hit--offered)"))?.click();
  });
  form.addEventListener("focusout", (event) => form.contains(event.relatedTarget) || setTimeout(close, 120));
  clear.addEventListener("click", () => {
    input.value = "";
    clear.hidden = true;
    close();
    onText("");
    input.focus();
  });
  /** Show the text of the active filter, unless the input has the focus. */
  function set(q) {
    if (document.activeElement === input) return;
    input.value = q;
    clear.hidden = !q;
  }

  return { set };
}
