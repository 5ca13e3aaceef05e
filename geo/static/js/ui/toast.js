// One line of news on the map and the buttons that belong to it; read aloud, gone after a while unless it must stay.

import { el } from "./dom.js";

const SHOWN_MS = 6000;

/**
 * `say(text, {stay, trouble, actions})` with `actions` as [label, what to do]; an empty text takes the line away,
 * `say.settle()` only news of trouble.
 */
export function createToast(box) {
  let timer = 0;
  let troubled = false;

  function say(text, { stay = false, trouble = false, actions = [] } = {}) {
    clearTimeout(timer);
    troubled = trouble;
    const act = (action) => () => {
      say("");
      action();
    };
    const buttons = actions.map(([label, action]) => el("button", { type: "button", onclick: act(action) }, label));
    box.replaceChildren(el("span", {}, text), ...(buttons.length ? [el("span", { class: "toast__actions" }, buttons)] : []));
    box.hidden = !text;
    if (text && !stay) timer = setTimeout(() => (box.hidden = true), SHOWN_MS);
  }

  say.settle = () => troubled && say("");
  return say;
}
