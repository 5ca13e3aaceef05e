// The panel on a phone: a sheet with three heights, moved by dragging, by its button, or by the keyboard.

const HEIGHTS = ["low", "half", "full"];

export function createSheet(panel, handle) {
  let start = null;
  const at = () => HEIGHTS.indexOf(panel.dataset.height);
  const to = (index) => {
    panel.dataset.height = HEIGHTS[Math.max(0, Math.min(HEIGHTS.length - 1, index))];
    handle.setAttribute("aria-expanded", String(panel.dataset.height !== "low"));
  };

  handle.addEventListener("pointerdown", (event) => {
    start = { y: event.clientY, height: panel.offsetHeight, moved: false };
    handle.setPointerCapture(event.pointerId);
  });
  handle.addEventListener("pointermove", (event) => {
    if (!start) return;
    const height = start.height + start.y - event.clientY;
    start.moved ||= Math.abs(start.y - event.clientY) > 6;
    if (start.moved) {
      panel.dataset.dragging = "";
      panel.style.setProperty("--sheet", `${Math.max(90, height)}px`);
    }
  });
  const drop = () => {
    if (!start) return;
    const share = panel.offsetHeight / window.innerHeight;
    delete panel.dataset.dragging;
    panel.style.removeProperty("--sheet");
    if (start.moved) to(share < 0.28 ? 0 : share < 0.66 ? 1 : 2);
    start.dragged = start.moved;
    handle.dataset.dragged = start.moved ? "yes" : "";
    start = null;
  };
  handle.addEventListener("pointerup", drop);
  handle.addEventListener("pointercancel", drop);
  handle.addEventListener("click", () => {
    if (handle.dataset.dragged) handle.dataset.dragged = "";
    else to((at() + 1) % HEIGHTS.length);
  });
  handle.addEventListener("keydown", (event) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (step) {
      event.preventDefault();
      to(at() + step);
    }
  });
  return {
    atLeast: (name) => to(Math.max(at(), HEIGHTS.indexOf(name))),
    low: () => to(0),
  };
}
