// The theme in use: the one that the reader chose, else the one that the system prefers.

const THEMES = ["light", "dark", "contrast"];
const QUERIES = ["(prefers-color-scheme: dark)", "(prefers-contrast: more)", "(forced-colors: active)", "print"].map((query) => matchMedia(query));

let onPaper = false;

/** Whether the page is being drawn for paper, which is light in every theme but that of high contrast. */
export function setPaper(on) {
  onPaper = on;
}

/** The place of the theme in use among THEMES. On paper it is the light one, unless contrast was chosen. */
export function themeIndex() {
  const chosen = THEMES.indexOf(document.documentElement.dataset.theme);
  const [dark, contrast, forced, paper] = QUERIES.map((query) => query.matches);
  if (forced) return 2;
  if (paper || onPaper) return chosen === 2 ? 2 : 0;
  if (chosen >= 0) return chosen;
  return contrast ? 2 : dark ? 1 : 0;
}

/** Call `draw` whenever the theme in use may have changed. */
export function onTheme(draw) {
  for (const query of QUERIES) query.addEventListener("change", draw);
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
}
