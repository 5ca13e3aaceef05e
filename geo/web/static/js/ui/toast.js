// One line of news on the map, read aloud, gone after a while unless it must stay.

import { el } from "./dom.js";

/** `say(text, {stay, action, onAction})`; an empty text takes the line away. */
export function createToast(box) {
  let timer = 0;
  return function say(text, { stay = false, action = "", onAction = null } = {}) {
    clearTimeout(timer);
    box.replaceChildren(...(text ? [el("span", {}, text)] : []));
    if (action) box.append(el("button", { type: "button", onclick: onAction }, action));
    box.hidden = !text;
    if (text && !stay) timer = setTimeout(() => (box.hidden = true), 6000);
  };
}
