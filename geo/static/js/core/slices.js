// Long work in slices, so that a page draws and answers touches and keys while it is being made.

const SLICE_MS = 8; // a phone may be four times slower than the computer on which it was tried, and 50 ms are noticed

/** Let the browser do what waits; what follows runs in a task of its own. */
export const rest = () => (globalThis.scheduler?.yield ? scheduler.yield() : new Promise((resolve) => setTimeout(resolve)));

/**
 * Run the steps of a generator in slices: at each `yield` the page may rest. Returns what the generator returns; null if
 * `isStale()` held after a rest, and the other steps were left out.
 */
export async function inSlices(steps, isStale = () => false) {
  let end = performance.now() + SLICE_MS;
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() < end) continue;
    await rest();
    if (isStale()) return null;
    end = performance.now() + SLICE_MS;
  }
}

/** Run the steps of a generator without a rest, for example before the page is printed; returns what it returns. */
export function atOnce(steps) {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
