// URLs made from the templates that the server sends.

/** The URL of a template such as "/{layer}/{id}.json", its parts percent-encoded, with a query string. */
export function address(template, parts = {}, query = "") {
  const path = template.replace(/\{(\w+)\}/g, (whole, name) => (name in parts ? encodeURIComponent(parts[name]) : whole));
  return query ? `${path}${path.includes("?") ? "&" : "?"}${query}` : path;
}

/**
 * The query of the records in view; the box is enlarged by a quarter on each side, so that small moves need no request.
 * One that holds `extent` [west, south, east, north], all records of the map, is left out: every screen then asks alike.
 */
export function viewQuery({ west, south, east, north }, layers, selection, extent = null) {
  const dx = (east - west) / 4;
  const dy = (north - south) / 4;
  const box = [
    Math.max(-180, west - dx), Math.max(-90, south - dy), Math.min(180, east + dx), Math.min(90, north + dy),
  ].map((number) => Number(number.toFixed(4)));
  const isWhole = extent && box[0] <= extent[0] && box[1] <= extent[1] && box[2] >= extent[2] && box[3] >= extent[3];
  return [isWhole ? "" : `bbox=${box.join(",")}`, `layers=${layers.join(",")}`, selection].filter(Boolean).join("&");
}

/** The URL of a record's page in the language of this page. */
export const recordAddress = ({ urls, lang, keeps_lang }, layer, id) => address(urls.page, { layer, id }, lang === "vi" && !keeps_lang ? "" : `lang=${lang}`);
