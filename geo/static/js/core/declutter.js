// Placement of labels that overlap neither each other nor the symbols.

const overlaps = (a, b, gap) =>
  Math.abs(a.x - b.x) < (a.width + b.width) / 2 + gap && Math.abs(a.y - b.y) < (a.height + b.height) / 2 + gap;

/**
 * The first free spot of each label, or null without one. Labels are {width, height, spots: [{x, y}]}, the most
 * important first; `obstacles` are boxes that labels must not cover. Each x, y is a centre, in pixels.
 */
export function declutter(labels, obstacles = [], gap = 3) {
  const occupied = [...obstacles];
  return labels.map(({ width, height, spots }) => {
    const free = spots.find(({ x, y }) => !occupied.some((box) => overlaps(box, { x, y, width, height }, gap)));
    if (!free) return null;
    occupied.push({ ...free, width, height });
    return free;
  });
}
