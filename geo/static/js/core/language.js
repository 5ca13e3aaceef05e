// The language of a text, by its letters.

const VIETNAMESE = /[đĐ]|[aeiouyAEIOUY][\u0300-\u0303\u0306\u0309\u031b\u0323]/;
const SEPARATORS = /( [·→–] |: | \(|, )/;

/** True when a text has a letter with a diacritic of Vietnamese. */
export const isVietnamese = (text) => VIETNAMESE.test(text.normalize("NFD"));

/**
 * The text in pieces {text, vietnamese}, cut at the separators that stand between a label and a name ("Food · Mường Ảng");
 * joined they are the text.
 */
export function piecesOf(text) {
  const pieces = [];
  for (const part of text.split(SEPARATORS)) {
    const vietnamese = isVietnamese(part);
    if (pieces.length && pieces.at(-1).vietnamese === vietnamese) pieces.at(-1).text += part;
    else pieces.push({ text: part, vietnamese });
  }
  return pieces;
}
