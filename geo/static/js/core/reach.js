// What lies within a distance, counted from the bounds that the server gives for places and for pairs of places.

export const FAR = 0;
export const MAYBE = 1;
export const NEAR = 2;

/** How many numbers of a sorted array are at most `value`. */
export function countUpTo(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Bounds prepared for counting: `most` and `least` are metres, null for infinite. */
export function bounds({ most, least }) {
  const sorted = (numbers) => Float64Array.from(numbers, (number) => number ?? Infinity).sort();
  return { most: sorted(most), least: sorted(least) };
}

/** How many are within `metres`: surely, and at most. */
export function span({ most, least }, metres) {
  return { sure: countUpTo(most, metres), possible: countUpTo(least, metres) };
}

/** For each of the given bounds whether it is NEAR, MAYBE or FAR. */
export function states({ most, least }, metres) {
  return Uint8Array.from(most, (number, i) => stateOf(number ?? Infinity, least[i] ?? Infinity, metres));
}

export const stateOf = (most, least, metres) => (most <= metres ? NEAR : least <= metres ? MAYBE : FAR);

/** The bounds of pairs, from metres apart and from how far these may be wrong. */
export function pairBounds({ metres, unsure }) {
  return { most: metres.map((number, i) => number + unsure[i]), least: metres.map((number, i) => Math.max(0, number - unsure[i])) };
}

/** The places of the first `limit` pairs that are or may be within `metres`; only those that `accepts(i)` where it is given. */
export function firstPairs({ most, least }, metres, limit, accepts = () => true) {
  const places = [];
  for (let i = 0; i < most.length && places.length < limit; i++) if (least[i] <= metres && accepts(i)) places.push(i);
  return places;
}
