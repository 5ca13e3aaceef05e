// The files of the base map: which of them a view needs, and their content as geometries of the band's grid.

const UNITS = 4096;

/** Pixels of the zoom for one unit of a band, whose grid has UNITS units along a tile of the zoom `band`. */
export const pixelsPerUnit = (band, zoom) => (256 * 2 ** (zoom - band)) / UNITS;

/** The band that a zoom is drawn from: the last that begins at or below it, else the first; null without bands. */
export function bandAt(bands, zoom) {
  return bands.filter((band) => band.zoom <= zoom).at(-1) ?? bands[0] ?? null;
}

/** The names of the files of a band that meet a box {west, north, east, south} in pixels of the zoom. */
export function filesIn(band, zoom, box) {
  const scale = pixelsPerUnit(band.zoom, zoom);
  return band.files
    .filter(([, west, north, east, south]) => west * scale <= box.east && east * scale >= box.west && north * scale <= box.south && south * scale >= box.north)
    .map(([name]) => name);
}

/** The parts of a feature, each an array x0, y0, x1, y1, … in units from the corner of its file. */
export function partsOf(feature) {
  return feature.g.map((steps) => {
    const part = new Array(steps.length);
    let [x, y] = [0, 0];
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      part[i] = x;
      part[i + 1] = y;
    }
    return part;
  });
}

/** A size in pixels at a zoom, from steps [[zoom, pixels], …]. */
export function sizeAt(steps, zoom) {
  for (let i = 1; i < steps.length; i++) {
    const [[low, less], [high, more]] = [steps[i - 1], steps[i]];
    if (zoom <= low) return less;
    if (zoom < high) return less + ((more - less) * (zoom - low)) / (high - low);
  }
  return steps.at(-1)[1];
}

/** The name of a feature in the language of the page; the number of a road where it is drawn in a shield. */
export function nameOf(feature, rule, english) {
  if (rule === "shield") return feature.r ?? "";
  return (english && feature.e) || feature.n || "";
}
