// The service worker of the site: what a person has seen is kept, and shown again where there is no network.
//
// Every request goes to the network first, so nothing old is shown while there is one. Only pages, the map's data and
// files are kept, at most MOST of them; nothing of /manage and no download is.

const NAME = "visited";
const MOST = 400;
const ROOT = new URL("./", self.location).pathname;
const DATA = /^(static\/|base\/|base-map\/|map\.json|search-index\.json|[^/]+\/[^/]+\.json$)/;
const VIEW = new Set(["bbox", "layers", "lang"]); // what the address of records in view may have beside filters

const pathOf = (url) => url.pathname.slice(ROOT.length);
const isOurs = (url) => url.origin === self.location.origin && url.pathname.startsWith(ROOT) && !pathOf(url).startsWith("manage");
const isWhole = ({ status, headers }) => status === 200 && !headers.has("Content-Disposition") && !/no-store/.test(headers.get("Cache-Control"));
const isKept = (url, isPage) => isOurs(url) && (isPage || DATA.test(pathOf(url)));

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// A page names what it had loaded before this worker ran, and itself first.
self.addEventListener("message", (event) => event.waitUntil(keepAll(event.data)));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && isKept(new URL(request.url), request.mode === "navigate")) event.respondWith(answer(event, request));
});

async function answer(event, request) {
  try {
    const response = await fetch(request);
    if (isWhole(response)) event.waitUntil(keep(request, response.clone()));
    return response;
  } catch (error) {
    const response = await seen(new URL(request.url));
    if (response) return response;
    throw error;
  }
}

async function keepAll([page, ...files]) {
  const cache = await caches.open(NAME);
  for (const [address, isPage] of [[page, true], ...files.map((file) => [file, false])]) {
    if (!isKept(new URL(address), isPage) || (await cache.match(address, { ignoreVary: true }))) continue;
    const request = new Request(address, isPage ? { headers: { Accept: "text/html" } } : {});
    await fetch(request).then((response) => isWhole(response) && keep(request, response), () => {});
  }
}

/** Keep a response that isWhole, in place of the oldest. */
async function keep(request, response) {
  const cache = await caches.open(NAME);
  await cache.put(request, response);
  const requests = await cache.keys();
  await Promise.all(requests.slice(0, -MOST).map((old) => cache.delete(old)));
}

/** The kept response to an address; for the map's page and for the records in view, the one that contains it. */
async function seen(url) {
  const cache = await caches.open(NAME);
  const same = await cache.match(url.href, { ignoreVary: true });
  const path = pathOf(url);
  if (same || !["", "map.json"].includes(path) || (path && [...url.searchParams.keys()].some((name) => !VIEW.has(name)))) return same;
  // The map reads its state from its address, and the records of the whole province contain those of every view.
  const names = path ? ["lang", "layers"] : ["lang"];
  const contains = (other) => other.pathname === url.pathname && names.every((name) => other.searchParams.get(name) === url.searchParams.get(name)) && (!path || other.searchParams.size === [...names].filter((name) => other.searchParams.has(name)).length);
  const request = (await cache.keys()).findLast((one) => contains(new URL(one.url)));
  return request && cache.match(request, { ignoreVary: true });
}
