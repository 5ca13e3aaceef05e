// Flat arrays of numbers, as files have them.

/** The numbers two by two: [a, b, c, d] as [[a, b], [c, d]]. */
export const pairsOf = (flat) => Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
