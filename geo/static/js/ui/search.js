// Search by name: a combobox with a list of results, which the arrow keys move through.

import { address } from "../core/address.js";
import { fill } from "../core/format.js";
import { el, hit, icon } from "./dom.js";

const WAIT_MS = 180;

/** Calls `onHit(hit)` for a selected record, `onText(q)` to filter all records by the text. */
export function createSearch(form, view, fetchJson, { onHit, onText }) {
  const input = form.querySelector("#search-input");
  const list = form.querySelector("#search-hits");
  const clear = form.querySelector("#search-clear");
  const status = form.querySelector("#search-status");
  let timer = 0;
  let request = null;
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
    request?.abort();
    if (!text) return close();
    request = new AbortController();
    try {
      const query = `q=${encodeURIComponent(text)}&lang=${view.lang}&limit=12`;
      const { hits } = await fetchJson(address(view.urls.search, {}, query), request.signal);
      show(hits, text);
    } catch (error) {
      if (error.name === "AbortError") return;
      list.replaceChildren(el("p", { class: "hits__note" }, view.words["error.load"]));
      list.hidden = false;
    }
  }

  function show(hits, text) {
    const rows = hits.map((item, i) => {
      const sub = [item.label, item.place].filter(Boolean).join(" · ");
      return hit(view, item, sub, () => choose(item), { role: "option", id: `hit-${i}`, tabindex: "-1", "aria-selected": "false" });
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

  function choose(item) {
    close();
    input.blur();
    onHit(item);
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
  /** Show the text of the active filter, unless the input has the focus. */
  function set(q) {
    if (document.activeElement === input) return;
    input.value = q;
    clear.hidden = !q;
  }

  return { set };
}
