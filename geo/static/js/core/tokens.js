// Words as a search compares them, as geo/search/tokens.py does: folded, with their marks apart, and what they mean.

/** The text composed (NFC), with Eth read as Đ. */
const compose = (text) => text.replace(/\u00d0/g, "\u0110").replace(/\u00f0/g, "\u0111").normalize("NFC");

/** A lower-case word without diacritics, đ as d. */
const foldWord = (word) => word.replace(/ß/g, "ss").replace(/ſ/g, "s").replace(/đ/g, "d").normalize("NFD").replace(/[\u0300-\u034e\u0350-\u036f]/g, "");

const wordsOf = (text) => compose(text).toLowerCase().match(/[\p{L}\p{N}_\u0300-\u036f]+/gu) ?? [];

/** The functions that read texts by the `rules` of an index file. */
export function createTokens(rules) {
  const isTone = (letter) => rules.tones.includes(letter);

  /** The words of a text in order as {folded, letters, tone}, Roman numerals as digits. */
  function tokensOf(text) {
    return wordsOf(text).map(token);
  }

  function token(word) {
    const numeral = Object.hasOwn(rules.numerals, word) ? rules.numerals[word] : "";
    if (numeral) return { folded: numeral, letters: numeral, tone: "" };
    const decomposed = [...word.normalize("NFD")];
    return { folded: foldWord(word), letters: decomposed.filter((letter) => !isTone(letter)).join(""), tone: decomposed.filter(isTone).join("") };
  }

  // The spellings with the token of what they mean, which equals no word; the longest first.
  const phrases = rules.spellings.flatMap((row, number) => row.map((spelling) => ({ tokens: tokensOf(spelling), concept: `=${number}=`, word: row[0] })));
  const singleWords = phrases.filter(({ tokens }) => tokens.length === 1);
  const byWord = new Map();
  for (const phrase of [...phrases].sort((a, b) => b.tokens.length - a.tokens.length)) {
    const first = phrase.tokens[0].folded;
    byWord.set(first, [...(byWord.get(first) ?? []), phrase]);
  }

  /** Whether a phrase stands at a place of a text; a single word must agree in its diacritics. */
  function beginsAt(phrase, tokens, at) {
    const [first] = phrase.tokens;
    if (phrase.tokens.length === 1) return tokens[at].letters === first.letters && tokens[at].tone === first.tone;
    return phrase.tokens.every((one, i) => tokens[at + i]?.folded === one.folded);
  }

  /** The tokens with each phrase of the spellings, the longest first, instead of its words. */
  function conceptsIn(tokens) {
    const parts = [];
    for (let at = 0; at < tokens.length; ) {
      const phrase = byWord.get(tokens[at].folded)?.find((one) => beginsAt(one, tokens, at));
      parts.push(phrase ?? tokens[at]);
      at += phrase ? phrase.tokens.length : 1;
    }
    return parts;
  }

  const fillers = rules.fillers.map(tokensOf).sort((a, b) => b.length - a.length);

  /** The words of a query that name something: without the fillers, the longest first. */
  function withoutFillers(text) {
    const words = wordsOf(text);
    const tokens = words.map(token);
    const rest = [];
    for (let at = 0; at < words.length; ) {
      const filler = fillers.find((one) => one.every(({ letters, tone }, i) => tokens[at + i]?.letters === letters && tokens[at + i].tone === tone));
      if (!filler) rest.push(words[at]);
      at += filler?.length ?? 1;
    }
    return rest.join(" ");
  }

  const keys = rules.keys.map((pattern) => new RegExp(pattern, "g"));

  /** A word without the keys by which an input method would have written its diacritics: "muwowngf" as "muong". */
  const withoutKeys = (word) => keys.reduce((rest, key) => rest.replace(key, (...match) => match.slice(1, -2).join("")), word);

  const wordsAsked = (text) => tokensOf(text).slice(0, rules.most_words);
  const tokenOfPart = (part) => part.concept ?? part.folded;
  const marksOf = (parts) => parts.filter((part) => !part.concept && (part.letters !== part.folded || part.tone));
  function readingOf(parts, usesSpellings, wrong = 0) {
    const tokens = parts.map(tokenOfPart);
    return { tokens, phrase: tokens.join(" "), joined: tokens.join(""), marks: marksOf(parts), usesSpellings, wrong };
  }

  /** The query as it is written and, if that differs, with the meaning of its spellings; none without words. */
  function readingsOf(text) {
    const tokens = wordsAsked(text);
    if (!tokens.length) return [];
    const parts = conceptsIn(tokens);
    const asWritten = readingOf(tokens, false);
    return parts.some((part) => part.concept) ? [asWritten, readingOf(parts, true)] : [asWritten];
  }

  /** The readings with words that begin a spelling, or differ from one by a letter, replaced by what it means; and without keys. */
  function correctedReadingsOf(text) {
    let wrong = 0;
    const parts = conceptsIn(wordsAsked(text)).map((part) => {
      const phrase = part.concept ? null : spellingNear(part.folded);
      wrong += phrase ? 1 : 0;
      return phrase ?? part;
    });
    return [...readingsOf(text), ...(wrong ? [readingOf(parts, true, wrong)] : []), ...readingsWithoutKeys(text)];
  }

  function readingsWithoutKeys(text) {
    const words = wordsAsked(text).map(({ folded }) => folded);
    const plain = words.map(withoutKeys);
    const wrong = words.filter((word, at) => word !== plain[at]).length;
    return wrong ? readingsOf(plain.join(" ")).map((reading) => ({ ...reading, wrong })) : [];
  }

  function spellingNear(word) {
    if (word.length < rules.forgiven_from) return null;
    const isNear = (spelling) => spelling.startsWith(word) || (spelling.length >= rules.forgiven_from && differByOne(word, spelling));
    return singleWords.find(({ tokens: [{ folded }] }) => isNear(folded)) ?? null;
  }

  /** What the query writes otherwise than the names: pairs of the spelling and the word that it means. */
  function meantBy(text) {
    const written = (tokens) => tokens.map(({ folded }) => folded).join(" ");
    return conceptsIn(wordsAsked(text))
      .filter((part) => part.concept && written(part.tokens) !== written(tokensOf(part.word)))
      .map((part) => [written(part.tokens), part.word]);
  }

  const initials = rules.sounds.flatMap((row) => row.map((initial) => [initial, row[0]])).sort(([a], [b]) => b.length - a.length);
  const sounds = new Map();

  /** A word in one of the spellings that sound alike. */
  function soundOf(word) {
    if (!sounds.has(word)) {
      const [initial, first] = initials.find(([one]) => word.startsWith(one)) ?? ["", ""];
      sounds.set(word, first + word.slice(initial.length).replaceAll("y", "i"));
    }
    return sounds.get(word);
  }

  return { tokensOf, conceptsIn, readingsOf, correctedReadingsOf, withoutFillers, soundOf, meantBy };
}

/** Whether a word begins with the letters and marks of a word of the query, whose tone may not be typed yet. */
export function agree(query, word) {
  return word.letters.startsWith(query.letters) && (query.tone === "" || query.tone === word.tone);
}

/** Whether one letter more, less or other, or two neighbours exchanged, make `a` of `b`; or nothing. */
export function differByOne(a, b) {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at += 1;
  const [restA, restB] = [a.slice(at), b.slice(at)];
  if (restA.slice(1) === restB.slice(1) || restA === restB.slice(1) || restA.slice(1) === restB) return true;
  return restA.slice(0, 2) === [...restB.slice(0, 2)].reverse().join("") && restA.slice(2) === restB.slice(2);
}
