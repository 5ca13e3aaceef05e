// Answers queries with the browser's modules: {index, queries: [[text, lang]], limit} on standard input, answers as JSON.

import { readFileSync } from "node:fs";

import { createRanking } from "../../geo/static/js/core/ranking.js";

const { index, queries, limit } = JSON.parse(readFileSync(0, "utf8"));
const ranking = createRanking(index);
const answers = queries.map(([text, lang]) => {
  const hits = ranking.search(text, { lang, limit });
  const suggestions = hits.length > 0 ? [] : ranking.suggest(text, { lang });
  return {
    hits: hits.map(({ layer, id, near, partial, reason }) => [layer, id, near, partial, reason && [reason.field, reason.text]]),
    suggestions: suggestions.map(({ layer, id }) => [layer, id]),
    meant: ranking.meantBy(text),
  };
});
process.stdout.write(JSON.stringify(answers));
