// What a query matches in an index file, in order, as geo/search/ranking.py computes it. No DOM, no network.

import { pairsOf } from "./pairs.js";
import { atOnce } from "./slices.js";
import { agree, createTokens, differByOne } from "./tokens.js";

const WHOLE = 0;
const BEGUN = 1;
const HEARD = 2;
const NEAR = 3;
const YEAR = 4; // digits from which a number is a year
const SEVERAL_TEXTS = 4;
const MANY_WORDS = 99;
const LAYER = 0, ID = 1, TITLE = 2, TITLE_EN = 3, ICON = 4, PLACE = 5, LNG = 6, LAT = 7, TEXTS = 8;

/** The search in an index file (geo/search/index_file.py): `search(text, options)`, `suggest(text, options)`, `meantBy(text)`. */
export const createRanking = (index) => atOnce(rankingSteps(index));

/** The same as a generator, for core/slices.js: every text is prepared for comparison. */
export const rankingSteps = function* (index) {
  const { rules, layers, fields, records } = index;
  const { tokensOf, conceptsIn, readingsOf, correctedReadingsOf, withoutFillers, soundOf, meantBy } = createTokens(rules);
  const texts = index.texts.map((text) => (typeof text === "string" ? [text] : text));
  const lines = [];
  for (const text of texts) {
    lines.push(text.map(lineOf));
    yield;
  }
  const pairs = records.map((record) => pairsOf(record[TEXTS]));
  const atClass = rules.order.indexOf("class");
  const valueOf = (hit, criterion) => hit.key[rules.order.indexOf(criterion)];
  const classOf = (what) => fields[what][1];
  const isOfNames = (hit) => hit.key[atClass] === 0;
  const isInOneText = (hit) => valueOf(hit, "closeness") < SEVERAL_TEXTS;

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

  /**
   * The records that match, best first. Where none has all words, the fillers are left out; where none has the others,
   * records with most of them match.
   */
  function search(text, { lang = "vi", only = null, limit = 20 } = {}) {
    const shorter = withoutFillers(text) || text;
    let best = complete(text, only);
    if (!best.length && shorter !== text) best = complete(shorter, only);
    if (!best.length) best = inOrder(rank(readingsOf(shorter), only, { partial: true }).values());
    return best.slice(0, limit).map((hit) => ({ ...itemOf(records[hit.number], lang), near: valueOf(hit, "wrong") > 0, partial: valueOf(hit, "missing") > 0, reason: reasonOf(hit, lang) }));
  }

  /** The records with all words; those with wrong letters only where no name has the words without. */
  function complete(text, only) {
    const exact = rank(readingsOf(text), only);
    const hits = [...exact.values()];
    if (hits.some(isOfNames)) return inOrder(hits);
    const near = [...rank(correctedReadingsOf(text), only, { forgiving: true }).values()].filter((hit) => !exact.has(hit.number) && (isOfNames(hit) || (!hits.length && isInOneText(hit))));
    return [hits.filter(isInOneText), near, hits.filter((hit) => !isInOneText(hit))].flatMap(inOrder);
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

  /**
   * The records that match a reading, by number, each with the key of its best reading. `forgiving` takes words with a
   * wrong letter, `partial` records that lack less than half of the words by weight.
   */
  function rank(readings, only, { forgiving = false, partial = false } = {}) {
    const hits = new Map();
    for (const reading of readings) {
      const matches = lines.map((some) => textMatch(reading, some, forgiving && soundOf, rules));
      records.forEach((record, number) => {
        const key = isIn(record, only) ? keyOf(number, reading, matches, partial) : null;
        if (key && (!hits.has(number) || compare(key, hits.get(number).key) < 0)) hits.set(number, { key, number, matches });
      });
    }
    return hits;
  }

  /** The criteria of `rules.order`; null for a record that does not have all words, or most of them if `partial`. */
  function keyOf(number, reading, matches, partial) {
    const every = bestOf(number, matches, reading.tokens.length);
    const weights = reading.tokens.map((token) => (token.startsWith("=") ? rules.concept_weight : 1));
    const lacking = [...every.keys()].filter((at) => every[at] === null);
    const missing = sum(lacking.map((at) => weights[at]));
    // Who looks for 5 stars does not want those with 3: no small number is left out.
    const lacksNumber = lacking.some((at) => /^\d+$/.test(reading.tokens[at]) && reading.tokens[at].length < YEAR);
    if (missing && (!partial || 2 * missing >= sum(weights) || lacksNumber)) return null;
    const best = every.filter((one) => one !== null);
    const worst = Math.max(...best.map(([kind]) => kind));
    const close = pairs[number].filter(([what, text]) => classOf(what) <= worst && matches[text].closeness !== null);
    const isNamedUnit = close.some(([what, text]) => fields[what][4] && matches[text].closeness === 0);
    const count = (wanted) => best.filter(([, quality]) => quality === wanted).length;
    const closeness = Math.min(SEVERAL_TEXTS, ...close.map(([, text]) => matches[text].closeness));
    const standing = layers[records[number][LAYER]][1];
    const criteria = {
      missing,
      wrong: count(HEARD) + 2 * (count(NEAR) + reading.wrong),
      class: worst,
      standing: isNamedUnit ? 0 : Math.max(0, standing - (closeness === 0 ? 1 : 0)),
      marks: reading.marks.length && !agrees(number, reading.marks) ? 1 : 0,
      closeness,
      begun: count(BEGUN),
      meant: reading.usesSpellings ? 1 : 0,
      words: wordsAround(number, matches, every, worst),
    };
    return rules.order.map((name) => criteria[name]);
  }

  /** The length of the shortest text that has every word of a query that the record has at all, as `every` says. */
  function wordsAround(number, matches, every, worst) {
    const holds = ([what, text]) => classOf(what) <= worst && every.every((one, at) => one === null || matches[text].qualities[at] !== null);
    return Math.min(MANY_WORDS, ...pairs[number].filter(holds).map(([, text]) => Math.min(matches[text].words, lines[text][0].raw.starts.length)));
  }

  /** For each word of a reading the best class and quality of a text that has it; null where no text has it. */
  function bestOf(number, matches, count) {
    const best = new Array(count).fill(null);
    for (const [what, text] of pairs[number]) {
      matches[text].qualities.forEach((quality, at) => {
        const here = [classOf(what), quality];
        if (quality !== null && (best[at] === null || compare(here, best[at]) < 0)) best[at] = here;
      });
    }
    return best;
  }

  const agrees = (number, marks) => marks.every((query) => pairs[number].some(([, text]) => lines[text].some((line) => line.marked.some((word) => agree(query, word)))));

  /** Why a record matches, as {field, text}; null where its name in the language has all words. */
  function reasonOf({ number, key, matches }, lang) {
    const record = records[number];
    const title = matches[lang === "vi" || record[TITLE_EN] < 0 ? record[TITLE] : record[TITLE_EN]];
    const others = pairs[number].map(([, text]) => matches[text]);
    const lacking = [...title.qualities.keys()].filter((at) => title.qualities[at] === null && others.some((one) => one.qualities[at] !== null));
    if (title.closeness !== null || !lacking.length) return null;
    const [what, text] = pairOf(number, key, matches, lacking);
    const spellings = texts[text];
    return { field: fields[what][lang === "vi" ? 2 : 3], text: spellings[lang === "vi" ? 0 : Math.min(1, spellings.length - 1)] };
  }

  /** The field and text with all words that is closest, else the first with most of the words that the name lacks. */
  function pairOf(number, key, matches, lacking) {
    const whole = pairs[number]
      .map(([what, text], at) => [classOf(what), matches[text].closeness, matches[text].words, at])
      .filter(([kind, closeness]) => closeness !== null && kind <= key[atClass])
      .sort(compare);
    if (whole.length) return pairs[number][whole[0][3]];
    const present = pairs[number].map(([, text]) => lacking.filter((at) => matches[text].qualities[at] !== null).length);
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

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const inOrder = (hits) => [...hits].sort((a, b) => compare(a.key, b.key) || a.number - b.number);

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

/** How a reading matches a text: the best of its spellings for each word, and the closest of all; `soundOf` forgives wrong letters. */
function textMatch(reading, lines, soundOf, rules) {
  const qualities = new Array(reading.tokens.length).fill(null);
  let closest = null;
  for (const line of lines) {
    const row = reading.tokens.map((token) => qualityOf(token, line, soundOf, rules));
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

function qualityOf(token, line, soundOf, rules) {
  if (line.bag.includes(` ${token} `)) return WHOLE;
  if (!/^\d$/.test(token) && line.bag.includes(` ${token}`)) return BEGUN;
  if (token.startsWith("=")) return null;
  const joined = token.length >= rules.joined_from ? joinedQuality(token, line.raw) : null;
  if (joined !== null || !soundOf) return joined;
  if (isHeard(token, line.raw, soundOf)) return HEARD;
  return isNear(token, line.raw, rules) ? NEAR : null;
}

/** How a word of a query is in several words without spaces. */
function joinedQuality(token, run) {
  if (!run.joined.includes(token)) return null;
  const at = run.starts.find((start) => run.joined.startsWith(token, start));
  if (at === undefined) return null;
  return run.ends.includes(at + token.length) ? WHOLE : BEGUN;
}

/** Whether a word sounds as that of a query does. */
const isHeard = (token, run, soundOf) => run.starts.some((start, at) => soundOf(run.joined.slice(start, run.ends[at])) === soundOf(token));

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
