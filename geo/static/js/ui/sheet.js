// The panel on a phone: a sheet with three heights, moved by dragging, by its button, or by the keyboard.

const HEIGHTS = ["low", "half", "full"];
const SHARES = { low: 0.27, half: 0.68 };
const TOP_PX = 60;
const TOOLS_PX = 52;
const TAP_PX = 6;

export function createSheet(panel, handle) {
  const narrow = matchMedia("(max-width: 719px)");
  let grip = null;
  let isDrag = false;
  const at = () => HEIGHTS.indexOf(panel.dataset.height);
  const to = (index) => {
    panel.dataset.height = HEIGHTS[Math.max(0, Math.min(HEIGHTS.length - 1, index))];
    handle.setAttribute("aria-expanded", String(at() > 0));
  };

  handle.addEventListener("pointerdown", (event) => {
    grip = { y: event.clientY, height: panel.offsetHeight };
    isDrag = false;
    handle.setPointerCapture(event.pointerId);
  });
  handle.addEventListener("pointermove", (event) => {
    if (!grip) return;
    const up = grip.y - event.clientY;
    isDrag ||= Math.abs(up) > TAP_PX;
    if (!isDrag) return;
    panel.dataset.dragging = "";
    panel.style.setProperty("--sheet", `${Math.max(96, grip.height + up)}px`);
  });
  const drop = () => {
    if (!grip) return;
    const share = panel.offsetHeight / window.innerHeight;
    delete panel.dataset.dragging;
    panel.style.removeProperty("--sheet");
    grip = null;
    if (isDrag) to(share < SHARES.low ? 0 : share < SHARES.half ? 1 : 2);
  };
  handle.addEventListener("pointerup", drop);
  handle.addEventListener("pointercancel", drop);
  // Browsers fire a click at the end of a drag too; only a click without a drag presses the button.
  handle.addEventListener("click", () => {
    if (!isDrag) to((at() + 1) % HEIGHTS.length);
    isDrag = false;
  });
  handle.addEventListener("keydown", (event) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    to(at() + step);
  });

  /** Pixels of the map that panel and tools cover at a height of the sheet, the present one if none is named; a full sheet counts as half. */
  function inset(height = panel.dataset.height) {
    if (!narrow.matches) return { top: 0, right: 0, bottom: 0, left: 0 };
    const tall = height === "low" ? 0.14 : 0.48;
    return { top: TOP_PX, right: TOOLS_PX, bottom: Math.max(118, tall * window.innerHeight), left: 0 };
  }

  /** Lower a sheet that is raised; false when there is none. */
  function lower() {
    if (!narrow.matches || at() === 0) return false;
    to(0);
    handle.focus();
    return true;
  }

  return { inset, lower, atLeast: (name) => to(Math.max(at(), HEIGHTS.indexOf(name))) };
}
