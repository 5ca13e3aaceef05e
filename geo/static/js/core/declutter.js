// Where labels can stand without covering one another or what they name.

const overlaps = (a, b, gap) =>
  Math.abs(a.x - b.x) < (a.width + b.width) / 2 + gap && Math.abs(a.y - b.y) < (a.height + b.height) / 2 + gap;

/**
 * The first free spot of each label, or null where none is. Labels are {width, height, spots: [{x, y}]}, most
 * important first; `taken` are boxes that stay free. Every x, y is a centre, in pixels.
 */
export function declutter(labels, taken = [], gap = 3) {
  const held = [...taken];
  return labels.map(({ width, height, spots }) => {
    const free = spots.find(({ x, y }) => !held.some((box) => overlaps(box, { x, y, width, height }, gap)));
    if (!free) return null;
    held.push({ ...free, width, height });
    return free;
  });
}
