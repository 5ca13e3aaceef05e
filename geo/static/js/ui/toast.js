// A message over the map with its buttons; announced by screen readers, hidden after DURATION_MS unless it must stay.

import { el } from "./dom.js";

const DURATION_MS = 6000;

/**
 * `say(text, {stay, trouble, actions})` with `actions` as [label, function]; an empty text hides the message,
 * `say.settle()` hides it if it was about trouble.
 */
export function createToast(box) {
  let timer = 0;
  let isTrouble = false;

  function say(text, { stay = false, trouble = false, actions = [] } = {}) {
    clearTimeout(timer);
    isTrouble = trouble;
    const act = (action) => () => {
      say("");
      action();
    };
    const buttons = actions.map(([label, action]) => el("button", { type: "button", onclick: act(action) }, label));
    box.replaceChildren(el("span", {}, text), ...(buttons.length ? [el("span", { class: "toast__actions" }, buttons)] : []));
    box.hidden = !text;
    if (text && !stay) timer = setTimeout(() => (box.hidden = true), DURATION_MS);
  }

  say.settle = () => isTrouble && say("");
  return say;
}
