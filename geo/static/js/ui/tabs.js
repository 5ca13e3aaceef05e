// Tabs by the ARIA pattern: arrow keys move, Home and End jump. A pane that comes to sight gets the event "shown".

/** Calls `onShow(id, byHand)` after each change; `show(id)` shows a tab from a script. */
export function createTabs(list, onShow = () => {}) {
  const tabs = [...list.querySelectorAll('[role="tab"]')];
  const show = (current, { focus = false, byHand = true } = {}) => {
    for (const tab of tabs) {
      const on = tab === current;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      const pane = document.getElementById(tab.getAttribute("aria-controls"));
      const isNew = on && pane.hidden;
      pane.hidden = !on;
      if (isNew) pane.dispatchEvent(new Event("shown"));
    }
    if (focus) current.focus();
    onShow(current.id, byHand);
  };
  list.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(tabs[(to + tabs.length) % tabs.length], { focus: true });
  });
  tabs.forEach((tab) => tab.addEventListener("click", () => show(tab)));
  return { show: (id) => show(document.getElementById(id), { byHand: false }) };
}
