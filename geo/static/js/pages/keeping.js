// What makes a visit possible again without a network: the worker at `address`, see pages/offline.js.

/** Let the worker keep this page and what it has loaded. Browsers have none without TLS, and in private windows. */
export async function keepVisit(address) {
  if (!navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register(address);
    const { active } = await navigator.serviceWorker.ready;
    active.postMessage([location.href, ...performance.getEntriesByType("resource").map(({ name }) => name)]);
    document.documentElement.dataset.kept = "yes";
  } catch {
    // A visitor who wants no storage has a map that needs its network.
  }
}
