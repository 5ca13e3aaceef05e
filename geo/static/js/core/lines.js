// Line breaks in labels.

/** `text` as at most `rows` lines of about `most` characters; the last ends in … if words are left out. */
export function wrap(text, most = 18, rows = 2) {
  const lines = [""];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const line = lines.at(-1);
    const longer = line ? `${line} ${word}` : word;
    if (longer.length <= most || !line) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.length > rows ? [...lines.slice(0, rows - 1), `${lines[rows - 1]}…`] : lines;
}
