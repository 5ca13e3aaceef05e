// Addresses that the server named, filled in.

/** "/{layer}/{id}.json" with its parts encoded, and a query string behind it. */
export function address(template, parts = {}, query = "") {
  const path = template.replace(/\{(\w+)\}/g, (whole, name) => (name in parts ? encodeURIComponent(parts[name]) : whole));
  return query ? `${path}${path.includes("?") ? "&" : "?"}${query}` : path;
}

/** The address of what is in view: a box widened by a quarter so that a small move shows what is already there. */
export function viewQuery({ west, south, east, north }, layers, selection) {
  const dx = (east - west) / 4;
  const dy = (north - south) / 4;
  const box = [
    Math.max(-180, west - dx), Math.max(-90, south - dy), Math.min(180, east + dx), Math.min(90, north + dy),
  ].map((number) => Number(number.toFixed(4)));
  return [`bbox=${box.join(",")}`, `layers=${layers.join(",")}`, selection].filter(Boolean).join("&");
}
