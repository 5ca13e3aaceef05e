// Elements made from values: text is text, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes, listeners (`onclick`) and children; null and false children are left out. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return made;
}

/** An icon of the sprite. */
export function icon(icons, name) {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("class", "icon");
  made.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${icons}#${name}`);
  made.append(use);
  return made;
}

/** A layer's symbol as the pages draw it. */
export function symbol(view, layer, name, { small = true } = {}) {
  return el("span", { class: `symbol symbol--${layer}${small ? " symbol--small" : ""}` }, icon(view.urls.icons, name));
}

/** A row that can be chosen: symbol, title, a line below, something at its end. */
export function hit(view, item, sub, onchoose, { end = null, ...more } = {}) {
  return el(
    "button", { type: "button", class: "hit", onclick: onchoose, ...more },
    symbol(view, item.layer, item.icon),
    el("span", { class: "hit__text" }, el("span", { class: "hit__title" }, item.title), sub && el("span", { class: "hit__sub" }, sub)),
    end,
  );
}

/** A link: to our own pages as it is, to another site in a new tab that learns nothing of this one. */
export function link(url, attributes, ...children) {
  const outward = /^https?:/.test(url) ? { rel: "noopener external", target: "_blank" } : {};
  return el("a", { href: url, ...outward, ...attributes }, ...children);
}

/** Put `parts` into `box`; the element that had the keyboard keeps it, where it is drawn again under its id. */
export function redraw(box, ...parts) {
  const { id } = box.contains(document.activeElement) ? document.activeElement : {};
  box.replaceChildren(...parts.flat().filter(Boolean));
  if (id) document.getElementById(id)?.focus({ preventScroll: true });
}

/** Copy text; true when the browser allowed it. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
