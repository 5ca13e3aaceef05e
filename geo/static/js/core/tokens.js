// Words as a search compares them, as geo/search/tokens.py does: folded, with their marks apart, and what they mean.

/** The text composed (NFC), with Eth read as Đ. */
const compose = (text) => text.replace(/\u00d0/g, "\u0110").replace(/\u00f0/g, "\u0111").normalize("NFC");

/** A lower-case word without diacritics, đ as d. */
const foldWord = (word) => word.replace(/ß/g, "ss").replace(/đ/g, "d").normalize("NFD").replace(/[\u0300-\u034e\u0350-\u036f]/g, "");

/** The functions that read texts by the `rules` of an index file. */
export function createTokens(rules) {
  const isTone = (letter) => rules.tones.includes(letter);

  /** The words of a text in order as {folded, letters, tone}, Roman numerals as digits. */
  function tokensOf(text) {
    return (compose(text).toLowerCase().match(/[\p{L}\p{N}_\u0300-\u036f]+/gu) ?? []).map(token);
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

  /** The readings with words that begin a spelling, or differ from one by a letter, replaced by what it means. */
  function correctedReadingsOf(text) {
    let wrong = 0;
    const parts = conceptsIn(wordsAsked(text)).map((part) => {
      const phrase = part.concept ? null : spellingNear(part.folded);
      wrong += phrase ? 1 : 0;
      return phrase ?? part;
    });
    return wrong ? [...readingsOf(text), readingOf(parts, true, wrong)] : readingsOf(text);
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

  return { tokensOf, conceptsIn, readingsOf, correctedReadingsOf, meantBy };
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
