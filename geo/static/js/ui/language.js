// Vietnamese text on pages of another language is marked, so that screen readers pronounce it.

import { isVietnamese, piecesOf } from "../core/language.js";
import { el } from "./dom.js";

/** Mark what scripts write into `box` from now on; nothing on Vietnamese pages. */
export function markVietnamese(box) {
  if (document.documentElement.lang === "vi") return;
  new MutationObserver((changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach(mark))).observe(box, { childList: true, subtree: true });
}

function mark(node) {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  const texts = node.nodeType === Node.TEXT_NODE ? [node] : [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts) if (isVietnamese(text.data) && !isMarked(text.parentElement)) markText(text);
}

/** Whether an element has a language of its own, or text that no screen reader reads as words. */
const isMarked = (element) => !element || element.closest("[lang]") !== document.documentElement || Boolean(element.closest("textarea, [aria-hidden=true]"));

function markText(text) {
  const pieces = piecesOf(text.data);
  const { parentElement: parent } = text;
  if (parent.childNodes.length === 1 && (pieces.length === 1 || parent.localName === "option")) parent.lang = "vi";
  else text.replaceWith(...pieces.map((piece) => (piece.vietnamese ? el("span", { lang: "vi" }, piece.text) : piece.text)));
}
