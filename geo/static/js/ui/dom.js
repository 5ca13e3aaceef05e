// DOM elements created from values; text is never parsed as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes, listeners (`onclick`) and children; null and false children are left out. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
}

/** An icon of the sprite. */
export function icon(icons, name) {
  const element = document.createElementNS(SVG, "svg");
  element.setAttribute("class", "icon");
  element.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${icons}#${name}`);
  element.append(use);
  return element;
}

/** A layer's symbol as the pages draw it. */
export function symbol(view, layer, name, { small = true } = {}) {
  return el("span", { class: `symbol symbol--${layer}${small ? " symbol--small" : ""}` }, icon(view.urls.icons, name));
}

/** A button for a record: symbol, title, a second line, an element at its end. */
export function hit(view, item, sub, onchoose, { end = null, ...more } = {}) {
  return el(
    "button", { type: "button", class: "hit", onclick: onchoose, ...more },
    symbol(view, item.layer, item.icon),
    el("span", { class: "hit__text" }, el("span", { class: "hit__title", lang: item.title_lang }, item.title), sub && el("span", { class: "hit__sub" }, sub)),
    end,
  );
}

/** A link; one to another site opens in a new tab without access to this page (noopener). */
export function link(url, attributes, ...children) {
  const outward = /^https?:/.test(url) ? { rel: "noopener external", target: "_blank" } : {};
  return el("a", { href: url, ...outward, ...attributes }, ...children);
}

/** Replace the children of `box` by `parts`; the focus returns to the new element with the id of the focused one. */
export function redraw(box, ...parts) {
  const { id } = box.contains(document.activeElement) ? document.activeElement : {};
  box.replaceChildren(...parts.flat().filter(Boolean));
  if (id) document.getElementById(id)?.focus({ preventScroll: true });
}

/** `draw` for the pane of a tab, put off while the pane is hidden: the last call is made when it is shown (ui/tabs.js). */
export function whenShown(pane, draw) {
  let due = null;
  pane.addEventListener("shown", () => {
    due?.();
    due = null;
  });
  return (...values) => {
    if (pane.hidden) due = () => draw(...values);
    else draw(...values);
  };
}
