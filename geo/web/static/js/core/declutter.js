// Which labels can be shown without covering one another.

/** `labels` are {x, y, width, height} (centre and size in pixels), most important first; true for each that is kept. */
export function declutter(labels, gap = 4) {
  const kept = [];
  return labels.map((label) => {
    const free = kept.every(
      (other) =>
        Math.abs(other.x - label.x) >= (other.width + label.width) / 2 + gap ||
        Math.abs(other.y - label.y) >= (other.height + label.height) / 2 + gap,
    );
    if (free) kept.push(label);
    return free;
  });
}
