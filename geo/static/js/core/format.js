// Numbers, distances and areas in the format of the language.

const EXACT_M = 50; // the uncertainty of an exact place (geo/ocop/precision)
const LOCALES = { vi: "vi-VN", en: "en-GB" };

/** 1234.5 -> "1.234,5" (vi), "1,234.5" (en). */
export function formatNumber(value, lang, digits = 0) {
  // Counts need no Intl, whose first use takes a tenth of a second on a phone.
  if (Number.isInteger(value) && Math.abs(value) < 1000) return String(value);
  return new Intl.NumberFormat(LOCALES[lang] ?? LOCALES.en, { maximumFractionDigits: digits }).format(value);
}

/** Metres -> "350 m" or "3,2 km". */
export function formatDistance(metres, lang) {
  if (Math.round(metres) < 1000) return `${formatNumber(metres, lang)} m`;
  const km = metres / 1000;
  return `${formatNumber(km, lang, km < 100 ? 1 : 0)} km`;
}

/** A distance no more exact than its uncertainty in metres lets it be known: "about 5 km", "less than 1 km", "3.2 km"; as format_apart of the server. */
export function formatApart(metres, uncertainty, words, lang) {
  if (uncertainty <= 2 * EXACT_M) return metres < 1000 ? `${formatNumber(metres, lang)} m` : `${formatNumber(metres / 1000, lang, 1)} km`;
  const km = Math.round(metres / 1000);
  return km ? fill(words.about, { km: formatNumber(km, lang) }) : fill(words.less, { km: 1 });
}

/** A distance that is known within `uncertainty` metres: "about 5 km (± 8 km)" by the template `words`; the plain one without it. */
export function formatAway(metres, uncertainty, words, lang) {
  if (!uncertainty) return formatDistance(metres, lang);
  const rough = (value) => (value < 950 ? `${formatNumber(Math.round(value / 100) * 100, lang)} m` : `${formatNumber(value / 1000, lang)} km`);
  return fill(words, { d: rough(metres), u: rough(uncertainty).replace(" ", "\u00a0") });
}

/** Square metres -> "350 m²", "3,2 ha" or "12 km²". */
export function formatArea(squareMetres, lang) {
  if (squareMetres < 1e4) return `${formatNumber(squareMetres, lang)} m²`;
  if (squareMetres < 1e7) return `${formatNumber(squareMetres / 1e4, lang, 1)} ha`;
  return `${formatNumber(squareMetres / 1e6, lang, 1)} km²`;
}

/** The text with its placeholders, such as {n}, replaced by `values`. */
export function fill(words, values) {
  return words.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** Text escaped for HTML, for parameters in which Leaflet expects markup, such as attributions. */
export function escapeMarkup(text) {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
