// Placement of labels that overlap neither each other nor the symbols.

const CELL = 64; // pixels of a cell of the index

const overlaps = (a, b, gap) =>
  Math.abs(a.x - b.x) < (a.width + b.width) / 2 + gap && Math.abs(a.y - b.y) < (a.height + b.height) / 2 + gap;

/** Boxes by the cells that they touch, so that a box is compared with its neighbours only. */
function createIndex(boxes) {
  const cells = new Map();
  const touched = ({ x, y, width, height }, gap) => {
    const keys = [];
    for (let i = Math.floor((x - width / 2 - gap) / CELL); i <= Math.floor((x + width / 2 + gap) / CELL); i++) {
      for (let j = Math.floor((y - height / 2 - gap) / CELL); j <= Math.floor((y + height / 2 + gap) / CELL); j++) keys.push(`${i},${j}`);
    }
    return keys;
  };
  const add = (box) => touched(box, 0).forEach((key) => cells.set(key, [...(cells.get(key) ?? []), box]));
  boxes.forEach(add);
  return { add, isFree: (box, gap) => touched(box, gap).every((key) => !cells.get(key)?.some((other) => overlaps(other, box, gap))) };
}

/**
 * A function that places one label after the other, the most important first: it returns the first free spot of a label,
 * and null without one. A label is {width, height, spots: [{x, y}]}; `obstacles` are boxes that labels must not cover. Each
 * x, y is a centre, in pixels. A spot with `boxes` takes these instead of one box. A label with `text` and `apart` stands
 * at least `apart` pixels from a label of the same text that was placed before it. Of its free spots a label takes the
 * first that `allows(spot)` and `prefers(spot)`, else the first that `allows(spot)`; both are asked of free spots only, as
 * they may take long.
 */
export function createPlacer(obstacles = [], gap = 3) {
  const index = createIndex(obstacles);
  const equal = new Map();
  const always = () => true;
  return ({ width, height, spots, text, apart, allows = always, prefers = always }) => {
    const boxesOf = ({ x, y, boxes }) => boxes ?? [{ x, y, width, height }];
    const isApart = ({ x, y }) => !apart || !equal.get(text)?.some((other) => Math.hypot(other.x - x, other.y - y) < apart);
    let spot = null;
    for (const one of spots) {
      if (!isApart(one) || !boxesOf(one).every((box) => index.isFree(box, gap)) || !allows(one)) continue;
      const isBest = prefers(one);
      if (isBest || !spot) spot = one;
      if (isBest) break;
    }
    if (!spot) return null;
    boxesOf(spot).forEach(index.add);
    if (text) equal.set(text, [...(equal.get(text) ?? []), spot]);
    return spot;
  };
}
