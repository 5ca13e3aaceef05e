// Search by name: a combobox with a list of hits, moved through with the arrows.

import { address } from "../core/address.js";
import { fill } from "../core/format.js";
import { el, hit, icon } from "./dom.js";

const WAIT_MS = 180;

/** `onHit(hit)` for a chosen record, `onText(q)` when people want only what matches. */
export function createSearch(form, view, fetchJson, { onHit, onText }) {
  const input = form.querySelector("#search-input");
  const list = form.querySelector("#search-hits");
  const clear = form.querySelector("#search-clear");
  const status = form.querySelector("#search-status");
  let timer = 0;
  let asked = null;
  let at = -1;

  const options = () => [...list.querySelectorAll('[role="option"]')];
  const close = () => {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  async function ask() {
    const text = input.value.trim();
    asked?.abort();
    if (!text) return close();
    asked = new AbortController();
    try {
      const query = `q=${encodeURIComponent(text)}&lang=${view.lang}&limit=12`;
      const { hits } = await fetchJson(address(view.urls.search, {}, query), asked.signal);
      show(hits, text);
    } catch (error) {
      if (error.name === "AbortError") return;
      list.replaceChildren(el("p", { class: "hits__note" }, view.words["error.load"]));
      list.hidden = false;
    }
  }

  function show(hits, text) {
    const rows = hits.map((found, i) => {
      const sub = [found.label, found.place].filter(Boolean).join(" · ");
      return hit(view, found, sub, () => choose(found), { role: "option", id: `hit-${i}`, tabindex: "-1", "aria-selected": "false" });
    });
    if (hits.length) {
      const keep = { type: "button", class: "hit hit--keep", role: "option", id: "hit-keep", tabindex: "-1", "aria-selected": "false", onclick: () => keepText(text) };
      rows.push(el("button", keep, icon(view.urls.icons, "filter"), el("span", {}, fill(view.words["search.keep"], { q: text }))));
    }
    list.replaceChildren(...(rows.length ? rows : [el("p", { class: "hits__note" }, view.words["search.none"])]));
    list.hidden = false;
    at = -1;
    input.setAttribute("aria-expanded", "true");
    status.textContent = hits.length ? fill(view.words["search.count"], { n: hits.length }) : view.words["search.none"];
  }

  function choose(found) {
    close();
    input.blur();
    onHit(found);
  }

  function keepText(text) {
    close();
    input.blur();
    onText(text);
  }

  function move(step) {
    const rows = options();
    if (!rows.length) return;
    at = (at + step + rows.length) % rows.length;
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
    if (step && !list.hidden) {
      event.preventDefault();
      move(step);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  input.addEventListener("focus", () => input.value.trim() && list.childElementCount && (list.hidden = false));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(timer);
    if (list.hidden) await ask();
    const rows = options();
    if (rows.length) rows[Math.max(0, at)].click();
  });
  form.addEventListener("focusout", (event) => form.contains(event.relatedTarget) || setTimeout(close, 120));
  clear.addEventListener("click", () => {
    input.value = "";
    clear.hidden = true;
    close();
    onText("");
    input.focus();
  });
  /** Show the text that is being filtered by, unless people are typing. */
  function set(q) {
    if (document.activeElement === input) return;
    input.value = q;
    clear.hidden = !q;
  }

  return { set };
}
