// The copy buttons of pages without a map: each copies its `data-copy` and says in #copied whether it did.

import { copy, selectText } from "../ui/clipboard.js";

const SHOWN_MS = 2500;
const status = document.getElementById("copied");

for (const button of document.querySelectorAll("[data-copy]")) {
  const label = button.querySelector("span");
  const words = label.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const isCopied = await copy(button.dataset.copy);
    status.textContent = "";
    // A status that is filled again in a later task is announced again, even with the same words.
    setTimeout(() => (status.textContent = isCopied ? status.dataset.done : status.dataset.failed));
    if (!isCopied) return selectText(button.parentElement.querySelector("code"));
    label.textContent = status.dataset.done;
    setTimeout(() => (label.textContent = words), SHOWN_MS);
  });
}
