// What a query matches in an index file, in order, as geo/search/ranking.py computes it. No DOM, no network.

import { atOnce } from "./slices.js";
import { agree, createTokens, differByOne } from "./tokens.js";

const WHOLE = 0;
const BEGUN = 1;
const NEAR = 2;
const SEVERAL_TEXTS = 4;
const MANY_WORDS = 99;
const LAYER = 0, ID = 1, TITLE = 2, TITLE_EN = 3, ICON = 4, PLACE = 5, LNG = 6, LAT = 7, TEXTS = 8;

/** The search in an index file (geo/search/index_file.py): `search(text, options)`, `suggest(text, options)`, `meantBy(text)`. */
export const createRanking = (index) => atOnce(rankingSteps(index));

/** The same as a generator, for core/slices.js: every text is prepared for comparison. */
export const rankingSteps = function* (index) {
  const { rules, layers, fields, records } = index;
  const { tokensOf, conceptsIn, readingsOf, correctedReadingsOf, meantBy } = createTokens(rules);
  const texts = index.texts.map((text) => (typeof text === "string" ? [text] : text));
  const lines = [];
  for (const text of texts) {
    lines.push(text.map(lineOf));
    yield;
  }
  const pairs = records.map((record) => pairsOf(record[TEXTS]));
  const atClass = rules.order.indexOf("class");
  const atWrong = rules.order.indexOf("wrong");
  const classOf = (what) => fields[what][1];
  const isOfNames = (hit) => hit.key[atClass] === 0;

  /** A text prepared for comparison: every word and concept, the words, the words with concepts instead, the marks. */
  function lineOf(text) {
    const tokens = tokensOf(text);
    const parts = conceptsIn(tokens);
    const words = tokens.map(({ folded }) => folded);
    const concepts = parts.filter((part) => part.concept).map(({ concept }) => concept);
    const raw = runOf(words);
    return {
      bag: ` ${[...words, ...concepts].join(" ")} `,
      raw,
      replaced: concepts.length ? runOf(parts.map((part) => part.concept ?? part.folded)) : raw,
      marked: tokens,
    };
  }

  /** The records that match, best first; those with wrong letters only where no name matches without. */
  function search(text, { lang = "vi", only = null, limit = 20 } = {}) {
    const hits = rank(readingsOf(text), only, false);
    if (![...hits.values()].some(isOfNames)) {
      const hadHits = hits.size > 0;
      for (const [number, hit] of rank(correctedReadingsOf(text), only, true)) {
        if (!hits.has(number) && (!hadHits || isOfNames(hit))) hits.set(number, hit);
      }
    }
    const best = [...hits.values()].sort((a, b) => compare(a.key, b.key) || a.number - b.number);
    return best.slice(0, limit).map((hit) => ({ ...itemOf(records[hit.number], lang), near: hit.key[atWrong] > 0, reason: reasonOf(hit, lang) }));
  }

  /** The records whose names share most pairs of letters with the query, best first. */
  function suggest(text, { lang = "vi", only = null } = {}) {
    const letters = lettersOf(tokensOf(text).map(({ folded }) => folded).join(""));
    const alike = lines.map((some) => Math.max(0, ...some.map((line) => share(letters, lettersOf(line.raw.joined)))));
    const scores = records
      .map((record, number) => ({ record, number, score: Math.max(0, ...pairs[number].filter(([what]) => classOf(what) === 0).map(([, text]) => alike[text])) }))
      .filter(({ record, score }) => score >= rules.alike_from && isIn(record, only))
      .sort((a, b) => b.score - a.score || a.number - b.number);
    const titles = new Map();
    for (const { record } of scores) {
      const title = tokensOf(texts[record[TITLE]][0]).map(({ folded }) => folded).join(" ");
      if (!titles.has(title)) titles.set(title, record);
    }
    return [...titles.values()].slice(0, rules.suggestions).map((record) => itemOf(record, lang));
  }

  const isIn = (record, only) => only === null || only.includes(layers[record[LAYER]][0]);

  /** The records that match a reading, by number, each with the key of its best reading. */
  function rank(readings, only, forgiving) {
    const hits = new Map();
    for (const reading of readings) {
      const matches = lines.map((some) => textMatch(reading, some, forgiving, rules));
      records.forEach((record, number) => {
        const key = isIn(record, only) ? keyOf(number, reading, matches) : null;
        if (key && (!hits.has(number) || compare(key, hits.get(number).key) < 0)) hits.set(number, { key, number, matches });
      });
    }
    return hits;
  }

  /** The criteria of `rules.order`; null for a record that does not have all words. */
  function keyOf(number, reading, matches) {
    const best = bestOf(number, matches, reading.tokens.length);
    if (!best) return null;
    const worst = Math.max(...best.map(([kind]) => kind));
    const close = pairs[number].filter(([what, text]) => classOf(what) <= worst && matches[text].closeness !== null);
    const isNamedUnit = close.some(([what, text]) => fields[what][4] && matches[text].closeness === 0);
    const count = (wanted) => best.filter(([, quality]) => quality === wanted).length;
    const criteria = {
      wrong: reading.wrong + count(NEAR),
      class: worst,
      standing: isNamedUnit ? 0 : layers[records[number][LAYER]][1],
      marks: reading.marks.length && !agrees(number, reading.marks) ? 1 : 0,
      closeness: close.length ? Math.min(...close.map(([, text]) => matches[text].closeness)) : SEVERAL_TEXTS,
      begun: count(BEGUN),
      meant: reading.usesSpellings ? 1 : 0,
      words: close.length ? Math.min(...close.map(([, text]) => matches[text].words)) : MANY_WORDS,
    };
    return rules.order.map((name) => criteria[name]);
  }

  /** For each word of a reading the best class and quality of a text that has it; null if no text has one. */
  function bestOf(number, matches, count) {
    const best = new Array(count).fill(null);
    for (const [what, text] of pairs[number]) {
      matches[text].qualities.forEach((quality, at) => {
        const here = [classOf(what), quality];
        if (quality !== null && (best[at] === null || compare(here, best[at]) < 0)) best[at] = here;
      });
    }
    return best.includes(null) ? null : best;
  }

  const agrees = (number, marks) => marks.every((query) => pairs[number].some(([, text]) => lines[text].some((line) => line.marked.some((word) => agree(query, word)))));

  /** Why a record matches, as {field, text}; null where its name in the language has all words. */
  function reasonOf({ number, key, matches }, lang) {
    const record = records[number];
    const title = matches[lang === "vi" || record[TITLE_EN] < 0 ? record[TITLE] : record[TITLE_EN]];
    if (title.closeness !== null) return null;
    const [what, text] = pairOf(number, key, matches, title);
    const spellings = texts[text];
    return { field: fields[what][lang === "vi" ? 2 : 3], text: spellings[lang === "vi" ? 0 : Math.min(1, spellings.length - 1)] };
  }

  /** The field and text with all words that is closest, else the first with most of the words that the name lacks. */
  function pairOf(number, key, matches, title) {
    const whole = pairs[number]
      .map(([what, text], at) => [classOf(what), matches[text].closeness, matches[text].words, at])
      .filter(([kind, closeness]) => closeness !== null && kind <= key[atClass])
      .sort(compare);
    if (whole.length) return pairs[number][whole[0][3]];
    const lacks = (quality, at) => title.qualities[at] === null && quality !== null;
    const present = pairs[number].map(([, text]) => matches[text].qualities.filter(lacks).length);
    return pairs[number][present.indexOf(Math.max(...present))];
  }

  function itemOf(record, lang) {
    const [layer, , vi, en] = layers[record[LAYER]];
    return {
      layer,
      id: texts[record[ID]][0],
      title: texts[lang === "vi" || record[TITLE_EN] < 0 ? record[TITLE] : record[TITLE_EN]][0],
      title_lang: lang !== "vi" && record[TITLE_EN] < 0 ? "vi" : null,
      label: lang === "vi" ? vi : en,
      icon: index.icons[record[ICON]],
      place: record[PLACE] < 0 ? null : texts[record[PLACE]][0],
      point: record[LNG] === null ? null : [record[LNG], record[LAT]],
    };
  }

  return { search, suggest, meantBy };
};

const pairsOf = (numbers) => Array.from({ length: numbers.length / 2 }, (_, at) => [numbers[2 * at], numbers[2 * at + 1]]);

/** Two arrays of numbers in lexicographic order: negative, zero or positive. */
function compare(a, b) {
  const at = a.findIndex((number, i) => number !== b[i]);
  return at < 0 ? 0 : a[at] - b[at];
}

function runOf(words) {
  const ends = [];
  for (const word of words) ends.push((ends.at(-1) ?? 0) + word.length);
  return { spaced: words.join(" "), joined: words.join(""), starts: [0, ...ends].slice(0, ends.length), ends };
}

/** How a reading matches a text: the best of its spellings for each word, and the closest of all. */
function textMatch(reading, lines, forgiving, rules) {
  const qualities = new Array(reading.tokens.length).fill(null);
  let closest = null;
  for (const line of lines) {
    const row = reading.tokens.map((token) => qualityOf(token, line, forgiving, rules));
    const closeness = closenessOf(reading, line, row, rules);
    if (closeness !== null) {
      const here = [closeness, line.raw.starts.length];
      if (closest === null || compare(here, closest) < 0) closest = here;
    }
    row.forEach((quality, at) => {
      const own = quality === null && closeness !== null ? BEGUN : quality;
      if (own !== null && (qualities[at] === null || own < qualities[at])) qualities[at] = own;
    });
  }
  return { qualities, closeness: closest?.[0] ?? null, words: closest?.[1] ?? MANY_WORDS };
}

function qualityOf(token, line, forgiving, rules) {
  if (line.bag.includes(` ${token} `)) return WHOLE;
  if (!/^\d$/.test(token) && line.bag.includes(` ${token}`)) return BEGUN;
  if (token.startsWith("=")) return null;
  const joined = token.length >= rules.joined_from ? joinedQuality(token, line.raw) : null;
  return joined === null && forgiving && isNear(token, line.raw, rules) ? NEAR : joined;
}

/** How a word of a query is in several words without spaces. */
function joinedQuality(token, run) {
  if (!run.joined.includes(token)) return null;
  const at = run.starts.find((start) => run.joined.startsWith(token, start));
  if (at === undefined) return null;
  return run.ends.includes(at + token.length) ? WHOLE : BEGUN;
}

/** Whether a word, or several without spaces, differs from a word of a query by one letter. */
function isNear(token, run, rules) {
  if (token.length < rules.forgiven_from) return false;
  const most = token.length >= rules.joined_forgiven_from ? run.starts.length : 1;
  return run.starts.some((start, first) => run.ends.slice(first, first + most).some((end) => Math.abs(end - start - token.length) <= 1 && differByOne(token, run.joined.slice(start, end))));
}

/** 0 to 3, see ORDER in geo/search/rules.py; null for a text that does not have all words. */
function closenessOf(reading, line, row, rules) {
  const run = reading.usesSpellings ? line.replaced : line.raw;
  const { phrase, joined } = reading;
  const mayJoin = joined.length >= rules.joined_from && run.joined.includes(joined);
  if (run.spaced === phrase || (mayJoin && run.joined === joined)) return 0;
  if (run.spaced.startsWith(phrase) || (mayJoin && run.joined.startsWith(joined))) return 1;
  if (run.spaced.includes(` ${phrase}`) || (mayJoin && run.starts.some((start) => run.joined.startsWith(joined, start)))) return 2;
  return row.includes(null) ? null : 3;
}

function lettersOf(text) {
  return new Set(Array.from({ length: Math.max(0, text.length - 1) }, (_, at) => text.slice(at, at + 2)));
}

/** The letter pairs in common, in per cent of the mean number of both. */
function share(a, b) {
  if (!a.size || !b.size) return 0;
  let common = 0;
  for (const pair of a) common += b.has(pair) ? 1 : 0;
  return Math.floor((200 * common) / (a.size + b.size));
}
