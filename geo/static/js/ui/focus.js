// Where the focus goes when something closes, and what the Escape key closes.

const isVisible = (element) => Boolean(element?.isConnected && element.getClientRects().length);

/** The way back to the element that opened a record; `fallback()` is the element for one that nothing opened. */
export function createReturn(fallback) {
  let opener = null;

  /** Remember `element`, else the one with the focus. */
  function remember(element = document.activeElement) {
    opener = element === document.body ? null : element;
  }

  /** Give the focus back. A list that was drawn again since has new elements with the same ids; `rowId` is the record's. */
  function back(rowId) {
    const ways = [opener, opener?.id && document.getElementById(opener.id), document.getElementById(rowId), fallback()];
    ways.find(isVisible)?.focus();
    opener = null;
  }

  return { remember, back };
}

/** Let the Escape key close one thing: each of `steps` returns true when it has closed something, the later ones rest. */
export function onEscape(...steps) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && [closeDetails, closeMenu, ...steps, closeAnyDetails].some((step) => step())) event.preventDefault();
  });
}

/** Close the open details that hold the focus. */
const closeDetails = () => close(document.activeElement?.closest("details[open]"));
const closeAnyDetails = () => close(document.querySelector(".mapframe details[open]"));

function close(details) {
  if (!details) return false;
  details.open = false;
  details.querySelector("summary").focus();
  return true;
}

/** Close the menu of pages in the header. */
function closeMenu() {
  const menu = document.getElementById("menu");
  if (!menu?.checked) return false;
  menu.checked = false;
  menu.focus();
  return true;
}
