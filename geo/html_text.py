"""HTML that programs leave in text, as the plain text that it shows; addresses of links and pictures are kept."""

import re
from html.parser import HTMLParser

_TAGS = (
    "a|abbr|article|b|blockquote|body|br|caption|center|code|div|dl|dt|dd|em|figure|font|footer|form|h[1-6]|head|header|hr"
    "|html|i|iframe|img|input|label|li|link|main|meta|nav|ol|p|pre|s|script|section|small|span|strike|strong|style|sub|sup"
    "|table|tbody|td|tfoot|th|thead|title|tr|u|ul|video"
)
_MARKUP = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]*)?/?>|<!--|<!doctype", re.IGNORECASE)
_LINES = {
    "br",
    "hr",
    "p",
    "div",
    "li",
    "ul",
    "ol",
    "tr",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "dt",
    "dd",
    "title",
}
_CELLS = {"td", "th"}
_UNSEEN = {"script", "style"}
_CELL = "\x1f"  # between the cells of a table's row until the row is whole
_COUNT = 2_000_000  # so much of one text is read: no cell that is kept is as long


def has_markup(text: str) -> bool:
    """Whether a text holds tags of HTML; a sign "<" alone, or a name in angle brackets, is none.

    >>> has_markup("a<br>b"), has_markup("số hộ < 5 và > 2"), has_markup("<Chưa rõ>")
    (True, False, False)
    """
    return "<" in text and _MARKUP.search(text) is not None


def plain_text(html: str) -> str:
    """What a page would show: one line for each line, row of a table and paragraph; a row of two cells is "a: b".

    >>> plain_text("<b>Loại</b>: di tích<br>Ảnh: <img src='https://x/y.jpg'>")
    'Loại: di tích\\nẢnh: https://x/y.jpg'
    >>> plain_text("<table><tr><td>Xã</td><td>Mường Ảng</td></tr></table>")
    'Xã: Mường Ảng'
    """
    shown = _Shown()
    shown.feed(html[:_COUNT])
    shown.close()
    lines = ("".join(shown.parts)).splitlines()
    return "\n".join(line for line in map(_row, lines) if line)


def _row(line: str) -> str:
    cells = [" ".join(cell.split()) for cell in line.split(_CELL)]
    cells = [cell for cell in cells if cell]
    if len(cells) == 2 and not cells[0].endswith(":"):
        return f"{cells[0]}: {cells[1]}"
    return (" " if len(cells) == 2 else " | ").join(cells)


class _Shown(HTMLParser):
    """The text of a page in pieces."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self._unseen += tag in _UNSEEN
        if tag in _LINES:
            self.parts.append("\n")
        if tag == "img" and attributes.get("src"):
            self.parts.append(f" {attributes['src']} ")
        if tag == "a":
            self._links.append((attributes.get("href") or "", len(self.parts)))

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN and self._unseen > 0
        if tag in _LINES - {"br", "hr"}:
            self.parts.append("\n")
        if tag in _CELLS:
            self.parts.append(_CELL)
        if tag == "a" and self._links:
            address, start = self._links.pop()
            if address and address not in "".join(self.parts[start:]):
                self.parts.append(f" ({address})")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(re.sub(r"\s+", " ", data) if "\n" in data or "\t" in data else data)
