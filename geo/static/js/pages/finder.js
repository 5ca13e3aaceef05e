// The search of the map page: in the index file, which needs no network once it is loaded; until then, and for data that
// have too many records for one, by the server.

import { address } from "../core/address.js";
import { inSlices } from "../core/slices.js";
import { view } from "./common.js";
import { fetchJson } from "./server.js";

const MOST = 12;
let ranking = null;
let request = null;

/** Load the index and the script that searches it, once, and mark the form of the search; where the data have no index, or loading fails, `find` uses the server. */
export function loadIndex() {
  if (!view.urls.index || request) return;
  request = Promise.all([fetchJson(view.urls.index, undefined, "low"), runScript(view.urls.ranking)]).then(
    async ([index]) => {
      ranking = await inSlices(window.atlasRanking(index));
      document.getElementById("search").dataset.index = "loaded";
    },
    () => (request = null),
  );
}

const runScript = (src) =>
  new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src, onload: resolve, onerror: reject, fetchPriority: "low" });
    document.head.append(script);
  });

/** The answer to a query: {hits, suggestions, meant}, as /search.json gives it. */
export async function find(text, signal) {
  if (!ranking) return fetchJson(address(view.urls.search, {}, `q=${encodeURIComponent(text)}&lang=${view.lang}&limit=${MOST}`), signal);
  const hits = ranking.search(text, { lang: view.lang, limit: MOST });
  const suggestions = hits.length ? [] : ranking.suggest(text, { lang: view.lang });
  return { hits, suggestions, meant: ranking.meantBy(text).map(([spelling, word]) => ({ spelling, word })) };
}
